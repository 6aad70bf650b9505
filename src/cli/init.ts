import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { jsonDocument } from '../diagnostics/format-json.js';
import { printable } from '../diagnostics/printable.js';
import { errorCode } from '../source/error-code.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { INIT_FILES } from './init-files.js';
import type { CommonOptions } from './project.js';
import type { Terminal } from './terminal.js';

/** Writes a new file; false, with nothing done, if something stands there. Throws for I/O failures. */
function create(path: string, content: string): boolean {
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** `stowage init [dir]`: makes the first files of a project; what is there already is kept as it is. */
export function init(folder: string, options: CommonOptions, terminal: Terminal): ExitCode {
  const created: string[] = [];
  const kept: string[] = [];
  for (const [path, content] of INIT_FILES) {
    (create(join(folder, path), content) ? created : kept).push(path);
  }
  if (options.format === 'json') {
    terminal.out(jsonDocument({ created, kept }));
  } else if (!options.quiet) {
    const place = (path: string): string => printable(join(folder, path));
    terminal.out(created.map((path) => `created ${place(path)}\n`).join(''));
    terminal.out(kept.map((path) => `kept    ${place(path)}\n`).join(''));
    terminal.out('Next: edit stowage.yml, then run `stowage render` there.\n');
  }
  return EXIT.clean;
}
