/** Where a literal secret stands in a text, and what kind it is. Never holds the secret itself. */
export interface SecretFinding {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** A value that only names where the secret is: a variable, a substitution, a placeholder, a file. */
const REFERENCE = String.raw`(?![\\"']*(?:[$%<{\`/@]|$|\s|&&|\|\|))`;
const SECRET_WORD = String.raw`(?:password|passwd|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|secret[-_]?key)`;

const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/],
  ['an age secret key', /AGE-SECRET-KEY-1[0-9A-Z]{10,}/i],
  ['an AWS access key id', /(?<![A-Z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Z0-9])/],
  ['a GitHub token', /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/],
  ['a GitLab token', /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,}/],
  ['a Slack token', /(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ['a password in a URL', /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:(?![$%<{])[^\s/@"']+@/i],
  [
    'a literal password',
    new RegExp(String.raw`(?<![A-Za-z0-9_-])[A-Za-z0-9_-]*${SECRET_WORD}=${REFERENCE}[^\s]+`, 'i'),
  ],
  [
    'a literal password',
    new RegExp(String.raw`(?<![^\s"'])--?(?:[a-z0-9]+-)*${SECRET_WORD}\s+${REFERENCE}(?!-)[^\s]+`, 'i'),
  ],
];

/**
 * Looks for a secret written out in text that would be rendered: passwords in URLs and command lines, private
 * keys, well-known tokens. Variables and files that hold a secret are fine.
 */
export function findSecret(text: string): SecretFinding | null {
  for (const [kind, pattern] of PATTERNS) {
    const match = pattern.exec(text);
    if (match !== null) return { kind, start: match.index, end: match.index + match[0].length };
  }
  return null;
}

/** `text` with every secret that is written out in it replaced by `***`. */
export function maskSecrets(text: string): string {
  let [masked, rest] = ['', text];
  for (let found = findSecret(rest); found !== null && found.end > found.start; found = findSecret(rest)) {
    masked += `${rest.slice(0, found.start)}***`;
    rest = rest.slice(found.end);
  }
  return masked + rest;
}

/** Whether a list element is an option whose value, a secret, is the next element. */
export function isSecretOption(text: string): boolean {
  return new RegExp(String.raw`^--(?:[a-z0-9]+-)*${SECRET_WORD}$`, 'i').test(text);
}

/** Whether a text names where a secret is rather than being one: a variable, a file, another option. */
export function isReference(text: string): boolean {
  return text === '' || /^[\\"']*[$%<{`/@-]/.test(text);
}
