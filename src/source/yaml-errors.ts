import { parseEvents, YAMLException } from 'js-yaml';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { bareJinja, LONG_LINE, type Explanation } from './bare-jinja.js';
import type { Lines } from './lines.js';

/** The parser's reasons that people meet, in our words; the first whose pattern matches is used. */
const EXPLANATIONS: readonly (readonly [RegExp, Explanation])[] = [
  [
    /^tab characters/,
    { code: 'STW011', message: 'a tab is used for indentation', hint: 'indent with spaces' },
  ],
  [
    /^nesting exceeded/,
    {
      code: 'STW015',
      message: 'mappings and lists are nested more than 100 levels deep',
      hint: 'flatten the document',
    },
  ],
  [
    /exceeded max/,
    { code: 'STW014', message: 'too many aliases or merged keys', hint: 'write the values out' },
  ],
  [/null byte/, { message: 'the text holds a NUL character', hint: 'remove it; is this a text file?' }],
  [
    /non-printable/,
    {
      message: 'the text holds a control character',
      hint: 'remove it, or write it as an escape in a double-quoted string',
      locate: firstUnprintable,
    },
  ],
  [
    /^unexpected end of the (?:stream|document) within a double quoted/,
    {
      message: 'a double quote is never closed',
      hint: 'close it with `"`',
      locate: opening('"', 'double quoted'),
    },
  ],
  [
    /^unexpected end of the (?:stream|document) within a single quoted/,
    {
      message: 'a single quote is never closed',
      hint: "close it with `'`; a quote inside is written twice",
      locate: opening("'", 'single quoted'),
    },
  ],
  [
    /^unexpected end of the stream within a flow collection/,
    {
      message: 'a bracket is never closed',
      hint: 'close it with `]` or `}`',
      locate: opening('[{', 'flow collection'),
    },
  ],
  [
    /^missed comma between flow/,
    { message: 'a comma or a closing bracket is missing here', hint: 'separate the entries with `,`' },
  ],
  [
    /^deficient indentation/,
    {
      message: 'this line ends a quote or bracket that is still open',
      hint: 'close the quote or bracket above, or indent this line',
    },
  ],
  [
    /^unknown escape sequence/,
    { message: 'a backslash escape is not known', hint: 'double the backslash, or use single quotes' },
  ],
  [
    /^expected hexadecimal/,
    {
      message: 'a `\\x` or `\\u` escape lacks hexadecimal digits',
      hint: 'complete the escape, or use single quotes',
    },
  ],
  [/^duplication of a tag/, { message: 'a value has two tags', hint: 'keep one' }],
  [/^duplication of an anchor/, { message: 'a value has two anchors', hint: 'keep one' }],
  [/multiline key/, { message: 'a key must stand on one line and end with `:`', hint: 'write `key: value`' }],
  [/^expected ':' after/, { message: 'a key lacks its `:`', hint: 'write `key: value`' }],
  [
    /^a whitespace character is expected after/,
    { message: 'a space is missing after `:`', hint: 'write `key: value`' },
  ],
];

/** Characters that may be read again to find where a quote or bracket was opened. */
const MAX_SEARCH = 2_000_000;

/** What the YAML parser throws, as a diagnostic at the character that is wrong. */
export function syntaxDiagnostic(file: string, lines: Lines, error: YAMLException): Diagnostic {
  const position = error.mark?.position ?? 0;
  const bare = bareJinja(lines, position);
  const explanation = bare ?? explain(lines, position, error.reason);
  const offset = explanation.locate?.(lines.text, position) ?? position;
  const start = lines.at(offset);
  const end = lines.at(bare === null ? Math.min(offset + 1, lines.text.length) : bare.end);
  const span = {
    file,
    line: start.line,
    column: start.column,
    end_line: start.line,
    end_column: start.column + 1,
  };
  const { code = 'STW010', message, hint } = explanation;
  const isOnOneLine = end.line === start.line && end.column > start.column;
  return {
    code,
    severity: 'error',
    message,
    hint,
    span: isOnOneLine ? { ...span, end_column: end.column } : span,
  };
}

function explain(lines: Lines, position: number, reason: string): Explanation {
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(reason));
  // A quote or bracket that is still open when the indentation drops was opened further up.
  const openMark = reason === 'deficient indentation' ? failure(lines.text.slice(0, position)) : null;
  const cause = openMark === null ? undefined : EXPLANATIONS.find(([pattern]) => pattern.test(openMark));
  if (cause !== undefined) return cause[1];
  if (known !== undefined) return known[1];
  if (reason.startsWith('bad indentation')) return explainIndentation(lines, position);
  if (reason.startsWith('cannot resolve a node')) {
    return { message: 'the value does not fit its tag', hint: 'correct the value, or drop the tag' };
  }
  if (reason.startsWith('end of the stream')) {
    return {
      message: 'this does not continue the document',
      hint: 'check its indentation, and the line before it',
    };
  }
  return { message: `not valid YAML: ${reason}`, hint: 'correct the text here or just before' };
}

function explainIndentation(lines: Lines, position: number): Explanation {
  const first = lines.text.slice(position, position + 1);
  if (first !== '' && '@`%'.includes(first)) {
    const shown = first === '`' ? 'a backtick' : `\`${first}\``;
    return { message: `a plain value cannot start with ${shown}`, hint: 'quote the value' };
  }
  if (first === ':') {
    return { message: 'a second `:` follows on one line', hint: 'quote the value if the `:` belongs to it' };
  }
  const before = lines.text.slice(Math.max(0, position - LONG_LINE), position).trimEnd();
  if (/[:-][ \t]+(?:"[^"\n]*"|'[^'\n]*')$/.test(before)) {
    const hint = 'quote the whole value; inside \'...\' a quote is written twice, inside "..." as `\\"`';
    return { message: 'text follows a quote that is already closed', hint };
  }
  return {
    message: 'this does not fit the structure above it',
    hint: 'line it up with its siblings, or quote the whole value if it belongs to the one above',
  };
}

function firstUnprintable(text: string, position: number): number {
  // eslint-disable-next-line no-control-regex
  const pattern = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]/gu;
  pattern.lastIndex = 0;
  return pattern.exec(text)?.index ?? position;
}

/**
 * Finds the bracket or quote that was never closed: the last one before which the text, cut there, does not fail
 * in the same way. The parser itself only tells where the text ended.
 */
function opening(marks: string, where: string): (text: string, position: number) => number {
  return (text, position) => {
    let budget = MAX_SEARCH;
    for (let at = position; at >= 0 && budget > 0; at--) {
      const character = text[at];
      if (character === undefined || !marks.includes(character)) continue;
      budget -= at + 1000;
      if (!failsInside(text.slice(0, at), where)) return at;
    }
    return position;
  };
}

function failsInside(text: string, where: string): boolean {
  return failure(text)?.endsWith(where === 'flow collection' ? where : `${where} scalar`) === true;
}

/** Why a text that was cut off is no YAML; null when it is. Blanks at the cut would only hide the reason. */
function failure(text: string): string | null {
  try {
    parseEvents(text.trimEnd(), {});
    return null;
  } catch (error) {
    if (error instanceof YAMLException) return error.reason;
    throw error;
  }
}
