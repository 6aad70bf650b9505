import { doublePercent, SYSTEMD_FORBIDDEN } from './systemd-text.js';
import { refuse, scalarText, UnencodableError } from './unencodable.js';

/** Words of these characters mean themselves in every setting, quoted or not. */
const BARE = /^[A-Za-z0-9_./:=@%+,-]+$/;

function wordText(value: unknown): string {
  const text = scalarText(value);
  refuse(text, SYSTEMD_FORBIDDEN, 'a systemd word');
  return text;
}

/** In double quotes a backslash before `"` and `\` is removed in every setting that unquotes, C escapes or not. */
function quoted(text: string): string {
  return BARE.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** For inside a word, where systemd.syntax(7) lets no quote begin: each odd byte as the C escape `\xNN`. */
function hexEscaped(text: string): string {
  return text.replace(/[^A-Za-z0-9_./:=@%+,$-]/gu, (character) =>
    [...Buffer.from(character, 'utf8')].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

/** Behind white space an empty word has to be written, or there is no word. */
function orEmptyWord(encoded: string, line: string): string {
  return encoded === '' && /(?:^|\s)$/.test(line) ? '""' : encoded;
}

/** `$` starts a variable in command lines, quoted or not; `$$` is one dollar sign (systemd.service(5), COMMAND LINES). */
function doubleDollar(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** One word of a setting that takes a list of words (`ReadWritePaths=`, `Environment=`), standing alone. */
export function systemdWord(value: unknown): string {
  return doublePercent(quoted(wordText(value)));
}

/**
 * A part of a word in a list setting; `line` is the text before it. Path lists remove quotes but know no C escapes (a backslash just protects the
 * next character there), so that what would need quotes is refused.
 */
export function systemdWordPart(value: unknown, line: string): string {
  const text = wordText(value);
  if (text !== '' && !BARE.test(text)) {
    throw new UnencodableError('needs quotes, which systemd allows around whole words only');
  }
  return orEmptyWord(doublePercent(text), line);
}

/** A part of a word in `Environment=`, which knows C escapes (systemd.exec(5)) and gives `$` no meaning. */
export function systemdAssignmentPart(value: unknown): string {
  return doublePercent(hexEscaped(wordText(value)));
}

/** One argument of a command line, standing alone. A lone `;` gets quotes, so that it separates nothing. */
export function systemdArgument(value: unknown): string {
  return doublePercent(doubleDollar(quoted(wordText(value))));
}

/** A part of one argument of a command line; `line` is the text before it. */
export function systemdArgumentPart(value: unknown, line: string): string {
  return orEmptyWord(doublePercent(doubleDollar(hexEscaped(wordText(value)))), line);
}

/**
 * The program of a command line. systemd.service(5) gives `@ - : + ! |` at its beginning a meaning and looks for them
 * after removing quotes; variables do not expand in it. So: plain characters only.
 */
export function systemdProgram(value: unknown): string {
  const text = wordText(value);
  if (!/^[A-Za-z0-9_./][A-Za-z0-9_./:=@%+,-]*$/.test(text)) {
    throw new UnencodableError('is not a plain program name or path');
  }
  return doublePercent(text);
}

/**
 * A word of a command line of which only the output tells whether it is the program: it is, unless the current line
 * already shows a setting's name and a first word.
 */
export function systemdCommandWord(value: unknown, line: string): string {
  const isArgument = /^[A-Za-z]+=\s*[-@:+!|]*[^\s@:+!|-]/.test(line) && !/(?:^|\s);\s*$/.test(line);
  return isArgument ? systemdArgumentPart(value, line) : systemdProgram(value);
}
