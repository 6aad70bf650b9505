import { readFileSync, writeFileSync } from 'node:fs';
import { UNPACKED, unpackPackages, type UnpackedName } from './lib/debian.js';
import { ensureHostCommands, progress } from './lib/host.js';
import { askedFor, decide, lookAtHost, obstacles, type Decision } from './lib/needs.js';
import { unpackNspawn } from './lib/nspawn.js';
import {
  compareProof,
  proofOf,
  readOutcomes,
  type Outcome,
  type Proof,
  type Scenarios,
} from './lib/proof.js';
import { noted, noteTime, startRun, sweep } from './lib/runs.js';
import { makeTree, TREES, type TreeName } from './lib/tree.js';

export { sweep };

const PROVEN = 'test/e2e/proven.json';
const isCi = Boolean(process.env.CI);

/** Why nothing of the suite can run on this host; empty when it can. */
export function whyNot(): string[] {
  return obstacles(lookAtHost());
}

/**
 * Everything that scenarios share and that takes long: done once, before the first of them, and cached.
 *
 * @param args arguments for jest
 */
export async function prepare(args: readonly string[]): Promise<Decision> {
  await sweep();
  startRun();
  await timed('host commands', ensureHostCommands());
  await timed('systemd-nspawn', unpackNspawn());
  const asked = askedFor(readJson('test/e2e/scenarios.json') as Scenarios, args);
  const missing = new Map<string, string>();
  const needs = [...new Set(Object.values(asked).flatMap((scenario) => scenario.needs))];
  // Half of the time is waiting for the mirror and for single-threaded unpacking: two at once.
  const worker = async (): Promise<void> => {
    for (let need = needs.shift(); need !== undefined; need = needs.shift()) {
      try {
        await timed(need, provide(need));
      } catch (error) {
        missing.set(need, reasonOf(error));
      }
    }
  };
  await Promise.all([worker(), worker()]);
  const decision = decide(asked, missing, isCi);
  for (const line of decision.notRun) progress(`cannot run ${line}`);
  return decision;
}

/** Prints where the time went, and holds what was seen against what the README says; false when that is wrong. */
export function conclude(isWhole: boolean): boolean {
  progress('seconds');
  for (const [seconds = '', what = ''] of noted('times')) progress(`  ${seconds}  ${what}`);
  const outcomes = readOutcomes(noted('scenarios'));
  for (const line of slowestFirst(outcomes)) progress(`  ${line}`);
  for (const [what = ''] of noted('not-run')) progress(`not run: ${what}`);
  const seen = proofOf(outcomes, noted('engines'), readJson('test/e2e/scenarios.json') as Scenarios);
  const committed = readJson(PROVEN) as { readonly scenarios: Proof };
  if (process.env.UPDATE_PROVEN !== undefined && !isCi) {
    const kept = isWhole ? {} : committed.scenarios;
    const scenarios = Object.fromEntries(
      Object.entries({ ...kept, ...seen }).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    writeFileSync(PROVEN, `${JSON.stringify({ ...committed, scenarios }, null, 2)}\n`);
    return true;
  }
  const { problems, remarks } = compareProof(seen, committed.scenarios, isWhole);
  for (const line of remarks) progress(`not as in ${PROVEN}, which may be: ${line}`);
  for (const line of problems) progress(`not as in ${PROVEN}: ${line}`);
  if (problems.length > 0)
    progress('to renew it: UPDATE_PROVEN=1 npm run test:e2e, then npm run update-golden');
  return problems.length === 0;
}

function slowestFirst(outcomes: readonly Outcome[]): string[] {
  const sorted = [...outcomes].sort((a, b) => b.milliseconds - a.milliseconds);
  return sorted.map(({ name, milliseconds }) => `${(milliseconds / 1000).toFixed(1)}  scenario ${name}`);
}

async function provide(need: string): Promise<void> {
  if (Object.hasOwn(TREES, need)) await makeTree(need as TreeName);
  else if (Object.hasOwn(UNPACKED, need)) await unpackPackages(need as UnpackedName);
  else throw new Error(`scenarios.json needs ${need}, which nothing provides`);
}

/** The last thing that a failed program said, which names what it could not find. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trimEnd().split('\n').at(-1) ?? '';
}

async function timed(what: string, work: Promise<void>): Promise<void> {
  const started = Date.now();
  await work;
  noteTime(what, Date.now() - started);
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
