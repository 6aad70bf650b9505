import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Lines } from './lines.js';

/** What the YAML parser met, in our words. */
export interface Explanation {
  readonly code?: DiagnosticCode;
  readonly message: string;
  readonly hint: string;
  /** Where the mistake is, when that is not where the parser stopped. */
  readonly locate?: (text: string, position: number) => number;
}

type Found = Explanation & { readonly end: number };

/** Only people's lines are looked into for what they meant; no such line is longer. */
export const LONG_LINE = 2000;

/** What may stand before a value on its line. */
const BEFORE = String.raw`(\s*(?:- +)*(?:[^'"#{}[\]]*?:[ \t]+|(?<=- +)))`;
const EXPRESSION = new RegExp(String.raw`^${BEFORE}(\{\{.*?(?:\}\}|$))`);
const STATEMENT = new RegExp(String.raw`^(?:${BEFORE}|(\s*))(\{[%#].*?(?:[%#]\}|$))`);
const ALONE = /^(\s*)(\{\{.*?\}\})\s*$/;

/**
 * Jinja before the place where the parser stopped, on the same line: whatever the parser says, that is the mistake. Ansible
 * reads a file as YAML first, so what it cannot read as such never gets to Jinja.
 */
export function bareJinja(lines: Lines, position: number): Found | null {
  const { text } = lines;
  const lineStart = Math.max(text.lastIndexOf('\n', position - 1), text.lastIndexOf('\r', position - 1)) + 1;
  if (position - lineStart > LONG_LINE) return null;
  const line = text.slice(lineStart, Math.min(lines.lineEnd(position), position + LONG_LINE));
  const found = (before: string, shown: string, explanation: Explanation): Found | null => {
    const start = lineStart + before.length;
    return start > position ? null : { ...explanation, locate: () => start, end: start + shown.length };
  };
  const [, value, indent, statement] = STATEMENT.exec(line) ?? [];
  if (statement !== undefined) return found(value ?? indent ?? '', statement, bareStatement(statement));
  const [, before, expression] = EXPRESSION.exec(line) ?? [];
  if (before !== undefined && expression !== undefined) {
    return found(before, expression, bareExpression(expression, line.slice(before.length)));
  }
  const [, space, alone] = ALONE.exec(line) ?? [];
  return space === undefined || alone === undefined ? null : found(space, alone, aloneExpression(alone));
}

function bareStatement(statement: string): Explanation {
  const what = statement.startsWith('{#') ? 'comment' : 'statement';
  return {
    code: 'STW019',
    message: `\`${statement}\` is a Jinja ${what}, which YAML does not know: Ansible cannot read this file either`,
    hint:
      what === 'comment'
        ? 'write it as a comment of YAML, with `#`'
        : 'write out what it makes, or, if it belongs to the text of a `|` block above, indent it like that text',
  };
}

/** `key: {{ name }}` */
function bareExpression(expression: string, rest: string): Explanation {
  const whole = rest.replace(/\s+(?:#.*)?$/, '');
  const quote = whole.includes('"') ? "'" : '"';
  const canQuote = !(whole.includes('"') && whole.includes("'"));
  return {
    code: 'STW016',
    message: `\`${expression}\` needs quotes: YAML reads a bare \`{\` as a mapping`,
    hint: canQuote ? `quote the whole value: \`${quote}${whole}${quote}\`` : 'quote the whole value',
  };
}

function aloneExpression(expression: string): Explanation {
  return {
    code: 'STW019',
    message: `\`${expression}\` stands alone on its line, where YAML wants a key: Ansible cannot read this file either`,
    hint: 'write `key: "{{ … }}"`, or, if it belongs to the text of a `|` block above, indent it like that text',
  };
}
