import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The sources in a folder of their own, for tests that add to them what a contributor would. */
export interface Copy {
  /** Where a file of it lies. */
  readonly at: (path: string) => string;
  readonly text: (path: string) => string;
  readonly put: (path: string, content: string) => void;
  /** Runs a script or the built program there; what it prints. Anything but success throws. */
  readonly run: (...args: string[]) => string;
  /** What the compiler says of a file and all that it imports: files, with what is wrong in them. */
  readonly mistakes: (file: string) => [file: string, message: string][];
  readonly remove: () => void;
}

export function copyOfSources(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-copy-'));
  for (const part of ['src', 'schemas', 'templates', 'examples', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const text = (path: string) => readFileSync(join(folder, path), 'utf8');
  return {
    at: (path) => join(folder, path),
    text,
    put(path, content) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    },
    run(...args) {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
      if (status !== 0) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`);
      return stdout;
    },
    mistakes(file) {
      const { options } = ts.parseJsonConfigFileContent(
        JSON.parse(text('tsconfig.json')) as unknown,
        ts.sys,
        folder,
      );
      const program = ts.createProgram([join(folder, file)], options);
      return ts
        .getPreEmitDiagnostics(program)
        .map(({ file: where, messageText }) => [
          relative(folder, where?.fileName ?? ''),
          ts.flattenDiagnosticMessageText(messageText, ' '),
        ]);
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
