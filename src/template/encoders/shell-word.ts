import { refuse, scalarText, UnencodableError } from './unencodable.js';

/** What no POSIX shell expands, splits or takes for an operator. */
const BARE = /^[A-Za-z0-9_./:=@%+,-]+$/;

/** An assignment where a command is expected; a leading `=` is a path search in some shells. */
const ASSIGNMENT = /^=|^[A-Za-z_][A-Za-z0-9_]*\+?=/;

/** POSIX.1-2017, 2.4 Reserved Words, with those of bash. */
const RESERVED = new Set(
  'case coproc do done elif else esac fi for function if in select then time until while'.split(' '),
);

/**
 * Exactly one word (POSIX.1-2017, 2.2.2 Single-Quotes): nothing between single quotes has a meaning, and a single
 * quote itself is written outside of them. Line breaks are kept; NUL is refused, no argument can hold it.
 */
export function shellWord(value: unknown): string {
  const text = scalarText(value);
  refuse(text, /\0/, 'a shell word');
  if (BARE.test(text) && !ASSIGNMENT.test(text) && !RESERVED.has(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A shell word inside a fenced block of a Markdown file: on one line and without control characters, so that it can
 * neither close the fence nor hide from the person who copies the command.
 */
export function fencedShellWord(value: unknown): string {
  const text = scalarText(value);
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  refuse(text, /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/, 'a command in a Markdown file');
  if (/[\u2028\u2029]/.test(text)) throw new UnencodableError('holds a Unicode line separator');
  return shellWord(text);
}
