import { systemdWord } from './systemd-word.js';
import { scalarText, UnencodableError } from './unencodable.js';

function bindPath(value: unknown): string {
  const text = scalarText(value);
  if (!text.startsWith('/')) throw new UnencodableError('is not an absolute path');
  if (text.split('/').includes('..'))
    throw new UnencodableError('is a path with `..`, which systemd refuses to mount');
  const word = systemdWord(text);
  // `:` ends a part unless it is quoted, which systemdWord leaves out for plain characters.
  return text.includes(':') && !word.startsWith('"') ? `"${word}"` : word;
}

/**
 * One `source:destination` of `BindReadOnlyPaths=` and `BindPaths=` (systemd.exec(5)). systemd splits it at `:` while it
 * removes quotes, so that each side is quoted by itself and quotes protect a colon.
 */
export function systemdBind(source: unknown, destination: unknown): string {
  return `${bindPath(source)}:${bindPath(destination)}`;
}
