import { printable, printableLines } from './diagnostics/printable.js';
import { EXIT } from './cli/exit-codes.js';
import { main } from './cli/main.js';
import { UsageError } from './cli/usage-error.js';

/** What the codes of frequent I/O failures mean, for people. */
const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'no such file or folder',
  EEXIST: 'it exists already',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EXDEV: 'the output tree spans two file systems',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  EIO: 'the disk reports an error',
};

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string; syscall: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

/** The message for what ended the program. */
function explain(error: unknown): string {
  if (error instanceof UsageError) {
    const hint = error.hint === '' ? '' : `  hint: ${printable(error.hint)}\n`;
    return `stowage: ${printable(error.message)}\n${hint}`;
  }
  if (isSystemError(error)) {
    const cause = CAUSES[error.code] ?? error.message;
    const place = error.path === undefined ? '' : ` \`${printable(error.path)}\``;
    return `stowage: cannot ${error.syscall}${place}: ${printable(cause)} (${error.code})\n`;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `stowage: this is a bug; please report it with what follows\n${printableLines(stack)}\n`;
}

/** A reader that went away (`| head`) is no failure; a full disk behind stdout is. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.exitCode = EXIT.failed;
  process.stderr.write(`stowage: cannot write the result: ${CAUSES[error.code ?? ''] ?? error.message}\n`);
});
process.stderr.on('error', () => undefined);

/** Runs the program with the words behind its name. Resolves when it has ended and the exit code is set, whatever happens. */
export async function start(words: readonly string[]): Promise<void> {
  try {
    const code = await main(words);
    process.exitCode ??= code;
  } catch (error) {
    process.exitCode = EXIT.failed;
    process.stderr.write(explain(error));
  }
}
