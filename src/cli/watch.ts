import { resolve, sep } from 'node:path';
import { watch as watchFiles } from 'chokidar';
import { count } from '../diagnostics/format-text.js';
import { printable } from '../diagnostics/printable.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { renderOnce, type RenderOptions, type RenderRun } from './render.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Editors write a file in several steps; what follows within this time is one change. Milliseconds. */
const QUIET = 100;

/** Folders that hold no input and many files. */
const NEVER = ['.git', 'node_modules'];

/** What can be an input: YAML, and templates. */
const INPUT = /\.(?:ya?ml|json|hbs)$/;

function checkOptions({ check, diff, format }: RenderOptions): void {
  if (check || diff) throw new UsageError('`--watch` writes the tree; `--check` and `--diff` write nothing');
  if (format !== 'text')
    throw new UsageError('`--watch` speaks to people: it has no other `--format` than text');
}

/**
 * `stowage render --watch`: renders, then again whenever a file below the policy's folder changes that can be an
 * input, or an input elsewhere, until it is interrupted. Mistakes are shown and waited out.
 */
export async function watch(options: RenderOptions, terminal: Terminal): Promise<ExitCode> {
  checkOptions(options);
  const ended = interruption();
  let run = await renderOnce(options, terminal);
  const watcher = watchFiles([run.root, ...elsewhere(run)], {
    ignoreInitial: true,
    followSymlinks: true,
    ignored: (path, stats) => isIgnored(path, stats?.isFile() === true, run),
  });
  let changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let work = Promise.resolve();
  const again = async (): Promise<void> => {
    const paths = [...changed];
    changed = new Set();
    const [first = ''] = paths;
    const others = paths.length > 1 ? ` and ${count(paths.length - 1, 'other file')}` : '';
    terminal.err(`\n${printable(first)}${others} changed\n`);
    run = await renderOnce(options, terminal);
    watcher.add(elsewhere(run));
  };
  const failed = new Promise<never>((_, reject) => {
    watcher.on('error', reject);
    watcher.on('all', (_event, path) => {
      if (!isInput(path, run)) return;
      changed.add(path);
      clearTimeout(timer);
      // One after the other: a change during a rendering is rendered after it.
      timer = setTimeout(() => {
        work = work.then(again).catch(reject);
      }, QUIET);
    });
    watcher.on('ready', () => {
      terminal.err('watching for changes; end with Ctrl-C\n');
    });
  });
  try {
    await Promise.race([ended, failed]);
  } finally {
    clearTimeout(timer);
    await watcher.close();
    await work;
  }
  return EXIT.clean;
}

/** Resolves when the user, or whoever runs this, wants it to end. */
function interruption(): Promise<void> {
  return new Promise((end) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => {
        end();
      });
  });
}

/** The inputs that do not lie below the policy's folder. */
function elsewhere({ root, inputs }: RenderRun): string[] {
  return inputs.map((path) => resolve(root, path)).filter((path) => !path.startsWith(`${root}${sep}`));
}

function isInput(path: string, { root, inputs }: RenderRun): boolean {
  return INPUT.test(path) || inputs.some((input) => resolve(root, input) === path);
}

/** The tree itself, and what no one looks for inputs in. */
function isIgnored(path: string, isFile: boolean, run: RenderRun): boolean {
  if (path === run.tree || path.startsWith(`${run.tree ?? path}${sep}`)) return true;
  const below = path.startsWith(`${run.root}${sep}`) ? path.slice(run.root.length + 1).split(sep) : [];
  return below.some((name) => NEVER.includes(name)) || (isFile && !isInput(path, run));
}
