import { describe, expect, test } from '@jest/globals';
import { audit, unjudged } from '../../../src/audit/audit.js';
import { auditDocument, type AuditFinding, type Kind } from '../../../src/audit/finding.js';
import { readSnapshots, type Snapshot } from '../../../src/audit/snapshots.js';
import type { Job } from '../../../src/model/job.js';
import { knownSchedule } from '../../../src/schedule/job-schedule.js';
import { runsBetween } from '../../../src/schedule/runs.js';
import { intlZones } from '../../../src/time/intl-zone.js';
import { keptSnapshots } from '../../../src/retention/keep.js';
import { buildPlan } from '../../../src/plan/build.js';
import { contractsOf, policyOf } from '../../support/project.js';

const contract = (id: string) => `service_id: ${id}
runtime_templates: { baremetal: a }
service_volumes: [{ name: data, target: /data }, { name: conf, target: /conf }]
mounts: { persistent_volumes: [{ name: data, path: /srv/${id}/data }, { name: conf, path: /srv/${id}/conf }] }
`;
const policy = policyOf(`  other: { url: "rest:http://backup:8000/b", maintenance: { host: backup1 } }
defaults:
  repository: main
  schedule: "30 2 * * *"
  spread: 30m
  retention: { keep_daily: 7, keep_weekly: 4 }
deployments:
  - { runtime: baremetal, host: web1, services: [wiki, dns] }
`);
const contracts = contractsOf(contract('wiki'), contract('dns'));
const { plan } = buildPlan(policy, contracts);

/** 2026-03-10T12:00Z, a Tuesday. */
const AT = Date.parse('2026-03-10T12:00:00Z') / 60_000;
const HOUR = 3_600_000;

let counter = 0;
function snapshot(
  time: number,
  hostname: string,
  tags: readonly string[],
  paths: readonly string[],
): Snapshot {
  counter += 1;
  const id = counter.toString(16).padStart(64, 'a');
  return { id, original: null, time, hostname, tags, paths, size: { files: 500, bytes: 50_000_000 } };
}

/** What a repository holds when every run from 100 days ago until then went well, and forget after each. */
function history(
  { snapshot: identity, schedule, sources, retention, clock, service }: Job,
  until = AT,
): Snapshot[] {
  const zone = intlZones(schedule.timezone);
  const runs = runsBetween(knownSchedule(schedule.cron), zone, AT - 100 * 1440, until, clock);
  const times = runs.map((run) => run * 60_000 + 5000);
  const rules = retention ?? plan.services.find(({ service_id }) => service_id === service)?.retention ?? {};
  const paths = sources.flatMap((source) => ('snapshot_path' in source ? [source.snapshot_path] : []));
  return keptSnapshots(times, rules, zone).map(({ time }) =>
    snapshot(time, identity?.host ?? '', identity?.tags ?? [], paths),
  );
}
const backups = plan.jobs.filter(({ kind }) => kind === 'backup');
const whole = () => backups.flatMap((job) => history(job));
const [WIKI, DNS] = ['wiki', 'dns'];
const of = (host: string) => (one: Snapshot) => one.hostname === host;
const newestOf = (list: readonly Snapshot[], host: string) =>
  list.filter(of(host)).reduce((one, other) => (other.time > one.time ? other : one));

function look(main: readonly Snapshot[], at = AT): AuditFinding[] {
  return audit({ plan, policy, contracts, snapshots: new Map([['main', main]]), zones: intlZones, at });
}
const kinds = (findings: readonly AuditFinding[]): (readonly [Kind, string | null])[] =>
  findings.map(({ kind, service }) => [kind, service] as const);

describe('nothing is found', () => {
  test('where every run went well', () => {
    expect(look(whole())).toEqual([]);
  });

  test('while the backup of tonight may still run, or has not begun', () => {
    for (const hours of [13.6, 14.4, 15, 16]) expect(look(whole(), AT + hours * 60)).toEqual([]);
  });

  test('where one night is missing in between, or a person made one more', () => {
    const all = whole();
    const [, , third] = all.filter(of(WIKI)).sort((a, b) => b.time - a.time);
    expect(look(all.filter((one) => one !== third))).toEqual([]);
    expect(look([...all, { ...newestOf(all, WIKI), id: 'f'.repeat(64), time: AT * 60_000 - HOUR }])).toEqual(
      [],
    );
  });

  test('in repositories that nobody listed, which are named', () => {
    expect(unjudged({ plan, snapshots: new Map([['main', []]]) })).toEqual(['other']);
  });
});

describe('what is planted is found, and nothing else', () => {
  test.each<[string, (all: Snapshot[]) => Snapshot[], (readonly [Kind, string | null])[]]>([
    ['a service without snapshots', (all) => all.filter((one) => !of(WIKI)(one)), [['missing', WIKI]]],
    [
      'a host that was off for three days',
      (all) => [
        ...all.filter((one) => !of(WIKI)(one)),
        ...backups.filter(({ service }) => service === WIKI).flatMap((job) => history(job, AT - 3 * 1440)),
      ],
      [['stale', WIKI]],
    ],
    [
      'a timer that was disabled in the last night',
      (all) => all.filter((one) => one !== newestOf(all, DNS)),
      [['stale', DNS]],
    ],
    [
      'another host name',
      (all) => all.map((one) => (of(WIKI)(one) ? { ...one, hostname: 'wiki.old' } : one)),
      [
        ['missing', WIKI],
        ['orphan', null],
      ],
    ],
    [
      'a volume that is lost',
      (all) =>
        all.map((one) => (one === newestOf(all, WIKI) ? { ...one, paths: ['/backup/wiki/data'] } : one)),
      [['paths', WIKI]],
    ],
    [
      'a snapshot that its client marked',
      (all) => [
        ...all,
        snapshot(
          AT * 60_000 - HOUR,
          'wiki.incomplete',
          [`incomplete:${newestOf(all, WIKI).id}`],
          ['/incomplete'],
        ),
      ],
      [['incomplete', WIKI]],
    ],
    [
      'one that maintenance has settled',
      (all) => all.map((one) => (one === newestOf(all, WIKI) ? { ...one, tags: ['incomplete:wiki'] } : one)),
      [['incomplete', WIKI]],
    ],
    [
      'one that shrank',
      (all) =>
        all.map((one) => (one === newestOf(all, WIKI) ? { ...one, size: { files: 3, bytes: 90 } } : one)),
      [['shrunk', WIKI]],
    ],
    [
      'a service that left',
      (all) => [...all, snapshot(0, 'blog', ['service:blog'], ['/backup/blog/data'])],
      [['orphan', null]],
    ],
    [
      'a history that somebody thinned',
      (all) => {
        const list = all.filter(of(WIKI)).sort((a, b) => b.time - a.time);
        const gone = new Set(list.slice(1, 6));
        return all.filter((one) => !gone.has(one));
      },
      [['fewer', WIKI]],
    ],
    [
      'a machine whose clock is wrong',
      (all) => [...all, { ...newestOf(all, WIKI), id: 'e'.repeat(64), time: (AT + 400 * 1440) * 60_000 }],
      [['stale', WIKI]],
    ],
  ])('%s', (_what, plant, expected) => {
    expect(kinds(look(plant(whole())))).toEqual(expected);
  });

  test('once, where the policy does not say on which runtime a service is', () => {
    const [service] = contractsOf(
      contract('wiki').replace('{ baremetal: a }', '{ baremetal: a, docker: b }'),
    );
    const anywhere = buildPlan(policyOf(), service === undefined ? [] : [service]).plan;
    const jobs = anywhere.jobs.filter(({ kind }) => kind === 'backup');
    expect(jobs).toHaveLength(2);
    const found = (main: readonly Snapshot[]) =>
      kinds(
        audit({
          ...{ plan: anywhere, policy, contracts, zones: intlZones, at: AT },
          snapshots: new Map([['main', main]]),
        }),
      );
    expect(found([])).toEqual([['missing', WIKI]]);
    expect(found(jobs.slice(1).flatMap((job) => history(job)))).toEqual([]);
  });

  test('but not what a person accepted', () => {
    const all = whole();
    const { id } = newestOf(all, WIKI);
    const small = all.map((one) => (one.id === id ? { ...one, size: { files: 3, bytes: 90 } } : one));
    const mark = (word: string) =>
      snapshot(AT * 60_000, 'wiki.incomplete', [`${word}:${id}`], ['/incomplete']);
    expect(look([...small, mark('incomplete'), mark('accepted')])).toEqual([]);
  });

  test('the word of the hint forgets only what it is about', () => {
    const all = whole();
    const stray = snapshot(0, WIKI, ['hand-made'], ['/etc']);
    const shared = {
      ...stray,
      id: 'd'.repeat(64),
      tags: ['hand-made', 'service:wiki'],
      time: newestOf(all, WIKI).time,
    };
    const [finding] = look([...all, stray, shared]);
    expect(finding).toMatchObject({ kind: 'orphan', host: WIKI, expected: null });
    expect(finding?.hint).toContain(`\`restic forget ${stray.id.slice(0, 12)}\``);
    // A filter would match what is tagged so and belongs to the service.
    const strays = Array.from({ length: 20 }, (_, index) => snapshot(index, WIKI, ['hand-made'], ['/etc']));
    const hint = look([...all, ...strays, shared])[0]?.hint ?? '';
    expect(hint).toContain(strays.map(({ id }) => id.slice(0, 12)).join(' '));
    expect(hint).not.toContain('--tag');
    const many = Array.from({ length: 20 }, (_, index) => snapshot(index, 'it’s', ['service:old'], ['/x']));
    expect(look([...all, ...many])[0]?.hint).toContain(
      "`restic forget --host 'it’s' --tag service:old --unsafe-allow-remove-all`",
    );
  });

  test('in the shape of the interface', () => {
    const findings = look(whole().filter((one) => !of(WIKI)(one)));
    expect(auditDocument(findings)).toEqual({
      verdict: 'problems',
      findings: [
        {
          ...{
            code: 'STW901',
            severity: 'error',
            kind: 'missing',
            service: WIKI,
            repository: 'main',
            host: WIKI,
          },
          ...{ newest: null, expected: expect.stringMatching(/^2026-03-10T02:\d\d:00Z$/) },
          message: expect.stringContaining('there is no snapshot of `wiki`'),
        },
      ],
    });
    expect(findings[0]?.span).toMatchObject({ file: 'services/1.yml', line: 1 });
  });
});

describe('what restic prints', () => {
  const printed = {
    ...{ time: '2026-03-01T02:30:00.123456789+01:00', tree: 'x', hostname: 'h', id: 'ab', short_id: 'ab' },
    ...{ paths: ['/p'], username: 'root', summary: { total_files_processed: 1, total_bytes_processed: 2 } },
  };

  test('is read with its time in its own zone, in groups too, and without what old ones lack', () => {
    const expected = {
      ...{ id: 'ab', original: null, hostname: 'h', tags: [], paths: ['/p'], size: { files: 1, bytes: 2 } },
      time: Date.parse('2026-03-01T01:30:00.123Z'),
    };
    expect(readSnapshots(JSON.stringify([printed]))).toEqual([expected]);
    const grouped = [{ group_key: { hostname: 'h' }, snapshots: [printed] }];
    expect(readSnapshots(JSON.stringify(grouped))).toEqual([expected]);
    expect(readSnapshots(JSON.stringify([{ ...printed, summary: undefined }]))).toEqual([
      { ...expected, size: null },
    ]);
  });

  test.each([
    ['Fatal: wrong password\n', 'it is no JSON', 1],
    ['[\n{"id":\n', 'it is no JSON', 3],
    ['{"message_type":"exit_error"}', 'it is no list of snapshots', 1],
    ['[{"id": "x"}]', 'entry 1 is no snapshot', 1],
  ])('is refused when it is %j', (text, problem, line) => {
    expect(readSnapshots(text)).toMatchObject({ problem, line });
  });
});
