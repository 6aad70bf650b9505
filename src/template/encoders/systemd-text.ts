import { refuse, scalarText, UnencodableError } from './unencodable.js';

/**
 * Everything that systemd reads as the end of a line, or that has no business in a unit (all controls but the tab), and
 * the code points that Unicode assigns to nothing for ever: systemd ignores a whole setting for one of those.
 */
export const SYSTEMD_FORBIDDEN =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]|\p{Noncharacter_Code_Point}/u;

/** `%` starts a specifier wherever they expand; `%%` is one percent sign (systemd.unit(5), SPECIFIERS). */
export function doublePercent(text: string): string {
  return text.replaceAll('%', '%%');
}

/**
 * A setting that is taken as one text (`Description=`, `OnCalendar=`), or a part of it.
 *
 * systemd.syntax(7): white space around a value is dropped, a backslash at the end of a line continues it, and no
 * escape for either exists outside of quoted words: such values are refused.
 */
export function systemdText(value: unknown): string {
  const text = scalarText(value);
  refuse(text, SYSTEMD_FORBIDDEN, 'a systemd setting');
  if (/^[ \t]|[ \t]$/.test(text)) {
    throw new UnencodableError('begins or ends with white space, which systemd strips from a setting');
  }
  if (text.endsWith('\\'))
    throw new UnencodableError('ends with a backslash, which continues the line in a systemd unit');
  return doublePercent(text);
}

/**
 * A setting that is one path to the end of the line (`WorkingDirectory=`, `EnvironmentFile=`): it must be absolute, so
 * that no first character can act as the prefixes `-` and `~` (systemd.exec(5)).
 */
export function systemdPath(value: unknown): string {
  const text = systemdText(value);
  if (!text.startsWith('/')) throw new UnencodableError('is not an absolute path');
  return text;
}

/**
 * A word that means the same in every setting, whether that splits words, removes quotes or neither: letters, digits
 * and a few marks, beginning with none of the prefixes that settings give a meaning (`-`, `+`, `~`, `!`, `@`, `:`).
 * Everything else is refused; `{{word x}}` and `{{arg x}}` can carry more where systemd unquotes.
 */
export function systemdToken(value: unknown): string {
  const text = scalarText(value);
  if (typeof value === 'number') return text;
  if (text === '') throw new UnencodableError('is empty, which resets a systemd setting');
  refuse(text, SYSTEMD_FORBIDDEN, 'a systemd setting');
  const odd = /^[^\p{L}\p{N}_/.%]/u.exec(text) ?? /[^\p{L}\p{M}\p{N}_/.%@+,=-]/u.exec(text);
  if (odd !== null) {
    throw new UnencodableError(
      `holds \`${odd[0]}\`, which may be read as more than text here; use {{word …}} where the setting takes words`,
    );
  }
  return doublePercent(text);
}
