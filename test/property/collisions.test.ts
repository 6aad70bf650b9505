import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import { buildPlan } from '../../src/plan/build.js';
import { analysisFrom } from '../../src/schedule/runs.js';
import { intlZones } from '../../src/time/intl-zone.js';
import { contractsOf, policyOf } from '../support/project.js';

/*
 * The oracle goes through thirteen months minute by minute: what does the clock on the wall show, and which
 * expressions match it? It has nothing in common with the program but the platform's time zone data.
 */
const START = Date.UTC(2026, 10, 24, 7, 13) / 60_000;
const MINUTES = 397 * 1440;

/** What the clock on the wall shows at each minute: minutes from 1970, read as if it were UTC. */
type Wall = Int32Array;

const walls = new Map<string, Wall>();

function wallOf(zone: string): Wall {
  const known = walls.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const wall = new Int32Array(MINUTES);
  for (let at = 0; at < MINUTES; at += 1) {
    // Clocks change on the full or the half hour only.
    const look = at === 0 || (START + at) % 30 === 0;
    wall[at] = look
      ? Date.parse(`${format.format((START + at) * 60_000).replace(' ', 'T')}Z`) / 60_000
      : (wall[at - 1] ?? 0) + 1;
  }
  walls.set(zone, wall);
  return wall;
}

const minutesByHand = new Map<string, readonly (readonly number[])[]>();

/** The minutes at which the long hand stands at 0, 1, … 59. */
function byHand(zone: string): readonly (readonly number[])[] {
  const known = minutesByHand.get(zone);
  if (known !== undefined) return known;
  const made = Array.from({ length: 60 }, (): number[] => []);
  for (const [at, local] of wallOf(zone).entries()) made[local % 60]?.push(at);
  minutesByHand.set(zone, made);
  return made;
}

/** A schedule as numbers; null for every day, month or weekday. */
interface Made {
  readonly minute: number;
  readonly hours: readonly number[];
  readonly date: number | null;
  readonly month: number | null;
  readonly weekday: number | null;
}

function cronOf({ minute, hours, date, month, weekday }: Made): string {
  return `${minute} ${hours.join(',')} ${date ?? '*'} ${month ?? '*'} ${weekday ?? '*'}`;
}

/** Reads what {@link cronOf} writes, and the hints. */
function madeOf(cron: string): Made {
  const [minute = '', hours = '', ...days] = cron.split(' ');
  const [date = null, month = null, weekday = null] = days.map((text) =>
    text === '*' ? null : Number(text),
  );
  return { minute: Number(minute), hours: hours.split(',').map(Number), date, month, weekday };
}

/** The minutes at which it runs; a time that the wall shows twice counts the first time only, unless `twice`. */
function minutesOf({ minute, hours, date, month, weekday }: Made, zone: string, twice: boolean): number[] {
  const found: number[] = [];
  const seen = new Set<number>();
  const wall = wallOf(zone);
  for (const at of byHand(zone)[minute] ?? []) {
    const local = wall[at] ?? 0;
    if (!hours.includes(Math.floor((local % 1440) / 60))) continue;
    const day = new Date(local * 60_000);
    if (month !== null && day.getUTCMonth() + 1 !== month) continue;
    const byDate = day.getUTCDate() === date;
    const byWeekday = day.getUTCDay() === weekday;
    const days = [date === null ? null : byDate, weekday === null ? null : byWeekday];
    const matches = days.filter((one) => one !== null);
    if (matches.length > 0 && !matches.includes(true)) continue;
    if (!twice && seen.has(local)) continue;
    seen.add(local);
    found.push(at);
  }
  return found;
}

function meet(first: readonly number[], second: readonly number[], margin: number): boolean {
  const marked = new Uint8Array(MINUTES);
  for (const at of second) marked[at] = 1;
  return first.some((at) => marked.subarray(Math.max(0, at - margin + 1), at + margin).includes(1));
}

interface Case {
  readonly maintenance: readonly Made[];
  readonly zone: string;
  readonly place: string;
  readonly margin: number;
  readonly backups: readonly { readonly made: Made; readonly zone: string; readonly runtime: string }[];
}

interface Job {
  readonly name: string;
  readonly runs: readonly number[];
}

const KINDS = ['forget', 'prune', 'check'];

function oracle({ maintenance, zone, place, margin, backups }: Case) {
  const jobs: Job[] = maintenance.map((made, index) => ({
    name: KINDS[index] ?? '',
    runs: minutesOf(made, zone, place.startsWith('namespace')),
  }));
  const others: Job[] = backups.map(({ made, zone: own, runtime }, index) => ({
    name: `s${index}`,
    runs: minutesOf(made, own, runtime === 'kubernetes'),
  }));
  const pairs = jobs.flatMap((job, index) =>
    [...others, ...jobs.slice(0, index)]
      .filter((other) => meet(job.runs, other.runs, margin))
      .map((other) => `${job.name} ${other.name}`),
  );
  return { jobs, others, pairs: pairs.sort() };
}

function program({ maintenance, zone, place, margin, backups }: Case): Diagnostic[] {
  const [forget, prune, check] = maintenance.map((made) => `"${cronOf(made)}"`);
  const policy = policyOf(
    `    forget: ${forget ?? ''}\n    prune: ${prune ?? ''}\n    check: { schedule: ${check ?? ''} }\n` +
      `    timezone: ${zone}\n    margin: ${margin}m\n    kubernetes_secret: x\n`,
    `{ ${place} }`,
  );
  const contracts = backups.map(
    ({ made, zone: own, runtime }, index) =>
      `service_id: s${index}\nruntime_templates: { ${runtime}: a }\nservice_volumes: [{ name: d, target: /d }]\n` +
      `mounts: { persistent_volumes: [{ name: d, path: /d }] }\n` +
      `backup: { schedule: "${cronOf(made)}", timezone: ${own}, spread: 0m }\n`,
  );
  const { diagnostics } = buildPlan(policy, contractsOf(...contracts), intlZones, analysisFrom(START));
  return diagnostics.filter(({ code }) => ['STW710', 'STW711', 'STW712'].includes(code));
}

/** `forget s0` for each other job that a finding names. */
function pairsOf({ message }: Diagnostic): string[] {
  const [, kind = '', rest = ''] = /^(\w+) of `main` is due at .*?, within .*? of (.*)$/.exec(message) ?? [];
  const services = [...rest.matchAll(/`(s\d)`/g)].map(([, name]) => name);
  const job = /^(\w+) of `main` at/.exec(rest)?.[1];
  return (job === undefined ? services : [job]).map((other) => `${kind} ${other ?? ''}`);
}

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Europe/Dublin'];

/** Times crowd around the hours at which clocks change, so that many meet and many just miss; some around midnight. */
const made: fc.Arbitrary<Made> = fc
  .record({
    time: fc.oneof(fc.integer({ min: 50, max: 250 }), fc.nat(1439), fc.constantFrom(0, 5, 1425, 1439)),
    later: fc.constantFrom(0, 0, 0, 12),
    date: fc.option(fc.constantFrom(1, 2, 15, 28, 29, 30, 31), { freq: 2 }),
    month: fc.option(fc.constantFrom(1, 3, 10, 11, 12), { freq: 1 }),
    weekday: fc.option(fc.integer({ min: 0, max: 6 }), { freq: 2 }),
  })
  .filter(({ date, month }) => date !== 31 || month !== 11)
  .map(({ time, later, ...days }) => {
    const hour = Math.floor(time / 60);
    return {
      ...days,
      minute: time % 60,
      hours: [...new Set([hour, (hour + later) % 24])].sort((a, b) => a - b),
    };
  });

const cases: fc.Arbitrary<Case> = fc.record({
  maintenance: fc.tuple(made, made, made),
  zone: fc.constantFrom(...ZONES),
  place: fc.constantFrom('host: backup1', 'namespace: backup'),
  margin: fc.constantFrom(1, 5, 15, 60),
  backups: fc.array(
    fc.record({ made, zone: fc.constantFrom(...ZONES), runtime: fc.constantFrom('docker', 'kubernetes') }),
    { minLength: 1, maxLength: 4 },
  ),
});

test('planted collisions are all found, none is invented, and the times that are suggested are free', () => {
  const seen = { pairs: 0, misses: 0, free: 0 };
  fc.assert(
    fc.property(cases, (each) => {
      const { jobs, others, pairs } = oracle(each);
      const found = program(each);
      expect(found.flatMap(pairsOf).sort()).toEqual(pairs);
      seen.pairs += pairs.length;
      seen.misses += 3 * each.backups.length + 3 - pairs.length;
      for (const { message, hint } of found) {
        const free = /^`(.+)` keeps clear/.exec(hint ?? '')?.[1];
        if (free === undefined) continue;
        const runs = minutesOf(madeOf(free), each.zone, each.place.startsWith('namespace'));
        const rest = [...others, ...jobs.filter(({ name }) => !message.startsWith(name))];
        for (const other of rest)
          expect([free, other.name, meet(runs, other.runs, each.margin)]).toContain(false);
        seen.free += 1;
      }
    }),
    { numRuns: 120 },
  );
  // About 110, 1,100 and 100 come about; far fewer would say that the times above no longer crowd.
  expect(seen.pairs).toBeGreaterThan(30);
  expect(seen.misses).toBeGreaterThan(300);
  expect(seen.free).toBeGreaterThan(20);
});
