import type { DiagnosticCode } from '../diagnostics/codes.js';
import { wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import { errorCode } from './error-code.js';
import { DISK, type Files } from './files.js';

/** One input file in memory. */
export interface InputFile {
  /** Path as shown to the user (relative to the policy's folder, with `/`). */
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
}

/** No contract or policy comes near this; a larger file is another kind of file. */
export const MAX_BYTES = 1024 * 1024;

/**
 * Reads one input file as UTF-8. What is wrong with the file as a whole (missing, unreadable, a directory, empty,
 * not UTF-8, larger than 1 MiB) comes back as one diagnostic, with `file` null.
 */
export function readInput(
  absolutePath: string,
  displayName: string,
  files: Files = DISK,
): { file: InputFile | null; diagnostics: Diagnostic[] } {
  const fail = (code: DiagnosticCode, message: string, hint: string) => ({
    file: null,
    diagnostics: [{ code, severity: 'error' as const, message, span: wholeFile(displayName), hint }],
  });
  try {
    const stats = files.stat(absolutePath);
    if (stats.kind === 'folder') {
      return fail(
        'STW002',
        `\`${displayName}\` is a directory`,
        'name a file, or a pattern that matches files',
      );
    }
    if (stats.kind === 'other') {
      return fail('STW002', `\`${displayName}\` is not a regular file`, 'name a regular file');
    }
    if (stats.size > MAX_BYTES) {
      return fail(
        'STW005',
        `\`${displayName}\` is larger than 1 MiB (${stats.size} bytes)`,
        'check that it is the file you meant',
      );
    }
    const text = decode(files.read(absolutePath));
    if (typeof text !== 'string') {
      return fail('STW004', `\`${displayName}\` is not UTF-8 text (byte ${text.offset})`, 'save it as UTF-8');
    }
    if (text.trim() === '') return fail('STW003', `\`${displayName}\` is empty`, EMPTY_HINT);
    return { file: { file: displayName, text }, diagnostics: [] };
  } catch (error) {
    return { file: null, diagnostics: [unreadable(displayName, error)] };
  }
}

export const EMPTY_HINT = 'fill it, or take it out of the list that names it';

/** The text without its byte order mark, or the offset of the first byte that is not UTF-8. */
function decode(bytes: Buffer): string | { offset: number } {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Decoding leniently and encoding again differs from the input first at the bad byte.
    const again = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), 'utf8');
    const offset = bytes.findIndex((byte, index) => byte !== again[index]);
    return { offset: Math.max(0, offset) };
  }
}

/** What the file system said of a file or folder, as a diagnostic; throws errors that are not about it. */
export function unreadable(displayName: string, error: unknown): Diagnostic {
  const code = errorCode(error);
  if (code === null) throw error;
  const message = `\`${displayName}\` ${reasonOf(code)}`;
  const span = wholeFile(displayName);
  return { code: 'STW001', severity: 'error', message, span, hint: 'check the path and its permissions' };
}

/** In words, why a file cannot be read. */
function reasonOf(code: string): string {
  switch (code) {
    case 'ENOENT':
      return 'does not exist';
    case 'ENOTDIR':
      return 'does not exist: a part of its path is a file';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read';
    case 'ELOOP':
      return 'is a link that leads back to itself';
    case 'EXDEV':
      return 'is a link that leads out of the repository';
    case 'ENAMETOOLONG':
      return 'has too long a name';
    default:
      return `cannot be read (${code})`;
  }
}
