import { ensureHostCommands, progress } from './lib/host.js';
import { unpackNspawn } from './lib/nspawn.js';
import { notedTimes, noteTime, startRun, sweep } from './lib/runs.js';
import { makeTree, TREES, type TreeName } from './lib/tree.js';

export { sweep };

/** Everything that scenarios share and that takes long: done once, before the first of them, and cached. */
export async function prepare(): Promise<void> {
  await sweep();
  startRun();
  await timed('host commands', ensureHostCommands());
  await timed('systemd-nspawn', unpackNspawn());
  for (const name of Object.keys(TREES) as TreeName[]) await timed(`tree ${name}`, makeTree(name));
}

/** Prints where the time went. */
export function reportTimes(): void {
  progress('seconds');
  for (const line of notedTimes()) progress(`  ${line.replace('\t', '  ')}`);
}

async function timed(what: string, work: Promise<void>): Promise<void> {
  const started = Date.now();
  await work;
  noteTime(what, Date.now() - started);
}
