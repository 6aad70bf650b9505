import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupIsBusy, groupsNamed, killGroup, removeGroups } from './cgroups.js';
import { cacheRoot, folder } from './host.js';

const GROUP_PREFIX = 'stowage-e2e-';
const END_PATIENCE_MS = 10_000;

/**
 * A run of the suite is a folder named after the process that owns it (id and start time, so that a reused id is not
 * taken for it). Everything the run makes carries that name; what has no living owner is rubbish.
 */
export function startRun(): string {
  const run = folder(cacheRoot(), 'runs', processName(process.pid) ?? String(process.pid));
  process.env.STOWAGE_E2E_RUN = run;
  return run;
}

/** Folder of the run this process belongs to. Throws outside a run. */
export function currentRun(): string {
  const run = process.env.STOWAGE_E2E_RUN;
  if (run === undefined) throw new Error('not inside a run of the suite: use "npm run test:e2e"');
  return run;
}

/** The name of a machine's control groups; also its machine name. */
export function groupName(run: string, machine: string): string {
  return `${GROUP_PREFIX}${path.basename(run)}-${machine}`;
}

/** Notes how long something took, for the table that the run ends with. */
export function noteTime(what: string, milliseconds: number): void {
  note('times', (milliseconds / 1000).toFixed(1), what);
}

/** Notes something for the end of the run: one line, in a file of its kind. */
export function note(kind: string, ...fields: readonly string[]): void {
  appendFileSync(notesFile(kind), `${fields.join('\t')}\n`);
}

/** What was noted of a kind, line by line. */
export function noted(kind: string): string[][] {
  if (!existsSync(notesFile(kind))) return [];
  const lines = readFileSync(notesFile(kind), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => line.split('\t'));
}

function notesFile(kind: string): string {
  return path.join(currentRun(), `${kind}.tsv`);
}

/** Ends every machine of this run and of runs whose process is gone, and removes what they left. */
export async function sweep(): Promise<void> {
  const runs = folder(cacheRoot(), 'runs');
  // Asked of the process itself: the folder of a living run may be in another cache.
  const isOthers = (run: string) => run !== ownName() && isAlive(run);
  for (const group of groupsNamed(GROUP_PREFIX)) {
    const [run = ''] = /^\d+-\d+/.exec(group.slice(GROUP_PREFIX.length)) ?? [];
    if (!isOthers(run)) await endGroup(group);
  }
  for (const run of readdirSync(runs)) {
    if (!isOthers(run)) rmSync(path.join(runs, run), { recursive: true, force: true });
  }
}

/** Kills what runs in a machine's control groups, waits for its end, removes the groups. */
export async function endGroup(name: string): Promise<void> {
  const deadline = Date.now() + END_PATIENCE_MS;
  while (groupIsBusy(name) || !removeGroups(name)) {
    killGroup(name);
    if (Date.now() > deadline) throw new Error(`processes of ${name} do not end`);
    await sleep(20);
  }
}

function ownName(): string {
  return path.basename(process.env.STOWAGE_E2E_RUN ?? '');
}

function isAlive(run: string): boolean {
  return processName(Number(run.split('-')[0])) === run;
}

function processName(pid: number): string | null {
  try {
    // After the command's closing parenthesis, field 20 is the start time (proc_pid_stat(5), field 22).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return `${pid}-${fields[19] ?? ''}`;
  } catch {
    return null;
  }
}
