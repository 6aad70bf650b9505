import { resolve } from 'node:path';
import type { DiagnosticCode } from '../diagnostics/codes.js';
import { wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import { errorCode } from './error-code.js';
import { DISK, standardInput, type Files } from './files.js';

/** One input file in memory. */
export interface InputFile {
  /** Path as shown to the user (relative to the policy's folder, with `/`). */
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
}

/** No contract or policy comes near this; a larger file is another kind of file. */
export const MAX_BYTES = 1024 * 1024;
const MOST = { bytes: MAX_BYTES, words: '1 MiB' };
/** The variables of a thousand hosts, each with what all have in common. */
const MOST_OF_AN_INVENTORY = { bytes: 16 * MAX_BYTES, words: '16 MiB' };

/**
 * Reads one input file as UTF-8. What is wrong with the file as a whole (missing, unreadable, a directory, empty,
 * not UTF-8, larger than 1 MiB) comes back as one diagnostic, with `file` null.
 */
export function readInput(
  absolutePath: string,
  displayName: string,
  files: Files = DISK,
  most: { readonly bytes: number; readonly words: string } = MOST,
): { file: InputFile | null; diagnostics: Diagnostic[] } {
  const fail = failed(displayName);
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
    if (stats.size > most.bytes) {
      return fail(
        'STW005',
        `\`${displayName}\` is larger than ${most.words} (${stats.size} bytes)`,
        'check that it is the file you meant',
      );
    }
    return textOf(files.read(absolutePath), displayName);
  } catch (error) {
    return { file: null, diagnostics: [unreadable(displayName, error)] };
  }
}

/** What stands for standard input in place of a file. */
const STANDARD_INPUT = '-';

/** Reads the inventory that a policy names: a file relative to its folder, or standard input. */
export function readInventory(root: string, name: string, files: Files): ReturnType<typeof readInput> {
  if (name !== STANDARD_INPUT) return readInput(resolve(root, name), name, files, MOST_OF_AN_INVENTORY);
  return textOf(standardInput(), 'standard input');
}

function failed(displayName: string) {
  return (code: DiagnosticCode, message: string, hint: string) => ({
    file: null,
    diagnostics: [{ code, severity: 'error' as const, message, span: wholeFile(displayName), hint }],
  });
}

function textOf(bytes: Buffer, displayName: string): ReturnType<typeof readInput> {
  const fail = failed(displayName);
  const text = decode(bytes);
  if (typeof text !== 'string') {
    return fail('STW004', `\`${displayName}\` is not UTF-8 text (byte ${text.offset})`, 'save it as UTF-8');
  }
  if (text.trim() === '') return fail('STW003', `\`${displayName}\` is empty`, EMPTY_HINT);
  if (text.startsWith('$ANSIBLE_VAULT;')) {
    return fail(
      'STW006',
      `\`${displayName}\` is encrypted by ansible-vault`,
      'keep what contracts refer to in a file that is not, or run `ansible-vault decrypt` first; single `!vault` values may stay',
    );
  }
  return { file: { file: displayName, text }, diagnostics: [] };
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
