import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { loadProject } from '../load.js';
import { report as makeReport } from '../render.js';
import { REPORT_MARK } from '../report/report.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { policyFile, printBeside, type CommonOptions } from './project.js';
import { readAt } from './schedule.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

export interface ReportOptions extends Omit<CommonOptions, 'format'> {
  readonly format: 'html' | 'markdown';
  /** File to write; stdout without it. */
  readonly out: string | undefined;
  readonly force: boolean;
  /** ISO 8601 or `now`; the model day without it. */
  readonly at: string | undefined;
}

/**
 * `stowage report`: one page for people, on stdout or in a file. Without `--at` it knows no clock, so that it can be
 * committed. A file that is no report is not overwritten unless that is asked for.
 */
export async function report(options: ReportOptions, terminal: Terminal): Promise<ExitCode> {
  const at = options.at === undefined ? null : readAt(options.at === 'now' ? undefined : options.at);
  const project = loadProject(await policyFile(options));
  const { result, diagnostics, sources } = makeReport(project, options.format, at);
  printBeside(terminal, diagnostics, sources, options.quiet);
  if (result === null) return EXIT.problems;
  if (options.out === undefined) terminal.raw(result);
  else writeReport(options.out, result, options.force);
  return EXIT.clean;
}

/** Replaces the file as a whole. */
function writeReport(out: string, text: string, force: boolean): void {
  const path = resolve(out);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) throw new UsageError(`\`--out ${out}\` is no file`);
  if (found !== undefined && !force && !isOurs(path)) {
    throw new UsageError(
      `\`${out}\` is there, and no report of stowage`,
      'choose another name, or overwrite it with `--force`',
    );
  }
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`there is no folder for \`${out}\``, 'make it first');
  }
  const staged = `${path}.${process.pid}.unfinished`;
  try {
    writeFileSync(staged, text, { flag: 'wx' });
    renameSync(staged, path);
  } finally {
    rmSync(staged, { force: true });
  }
}

/** Every report says what it is in its first lines. */
function isOurs(path: string): boolean {
  return readFileSync(path, 'utf8').slice(0, 500).includes(REPORT_MARK);
}
