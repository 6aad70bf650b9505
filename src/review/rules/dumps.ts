import { engineOf } from '../../dumps/registry.js';
import { dumpsHere, type HereDump } from '../../hosts/dumps.js';
import type { DumpContainer, PlannedDump } from '../../model/dump.js';
import { placementName } from '../../targets/protection.js';
import { quote, type Finding } from '../finding.js';
import type { PlacementPair } from '../match.js';
import type { ReviewInput, Rule } from '../review.js';
import { subject } from './coverage.js';

/** Dumps that go, come, or are worth less, place by place. */
export const dumps: Rule = ({ matched, spans }) =>
  matched.services
    .flatMap(({ placements }) => placements)
    .flatMap((pair) => {
      const before = dumpsHere(pair.service.before, pair.before);
      const after = dumpsHere(pair.service.after, pair.after);
      const now = new Map(after.map((here) => [here.dump.name, here]));
      const known = new Set(before.map(({ dump }) => dump.name));
      return [
        ...before.flatMap((old) => changed(pair, old, now.get(old.dump.name), spans)),
        ...after.filter(({ dump }) => !known.has(dump.name)).map(({ dump }) => gained(pair, dump, spans)),
      ];
    });

/** What all findings about one dump have in common. */
function about(pair: PlacementPair, { replaces }: PlannedDump, spans: ReviewInput['spans']) {
  return {
    ...subject(pair.service.after, pair.after, replaces),
    span: spans.backupKey(pair.service.after, 'dumps'),
  };
}

function gained(pair: PlacementPair, dump: PlannedDump, spans: ReviewInput['spans']): Finding {
  return {
    ...about(pair, dump, spans),
    ...{ code: 'STW840', severity: 'info', before: null, after: shown(dump), hint: '' },
    message: `${named(pair, dump)} is dumped before its backup`,
  };
}

function changed(
  pair: PlacementPair,
  old: HereDump,
  now: HereDump | undefined,
  spans: ReviewInput['spans'],
): Finding[] {
  const { dump } = old;
  const common = about(pair, dump, spans);
  if (now === undefined) {
    return [
      {
        ...common,
        ...{ code: 'STW860', severity: 'critical', before: shown(dump), after: null },
        message: `${named(pair, dump)} is no longer dumped`,
        hint: 'put the dump back, or make sure that something else makes the copy of this database a whole one',
      },
    ];
  }
  return [
    ...lostDatabases(pair, dump, now.dump).map((message): Finding => ({
      ...common,
      ...{ code: 'STW860', severity: 'critical', before: databases(dump), after: databases(now.dump) },
      message,
      hint: 'name it again under `databases`, or make sure that it is not needed',
    })),
    ...differences(old, now).map(({ key, before, after, hint }): Finding => ({
      ...common,
      ...{ code: 'STW861', severity: 'warning', before, after, hint },
      message: `the dump of ${named(pair, dump)} has another ${key}`,
    })),
  ];
}

/** `dump `app` of `photos` on docker on web1` */
function named({ service, after }: PlacementPair, { name }: PlannedDump): string {
  return `database ${quote(name)} of ${quote(service.after.service_id)} on ${placementName(after)}`;
}

function shown({ engine, snapshot_path }: PlannedDump): string {
  return `${engineOf(engine).title} in ${snapshot_path}`;
}

function databases({ databases: names }: PlannedDump): string {
  return names.length === 0 ? 'all' : names.join(', ');
}

/** Databases that are dumped no more: from a list, or because there is one now. */
function lostDatabases(pair: PlacementPair, old: PlannedDump, now: PlannedDump): string[] {
  if (now.databases.length === 0) return [];
  if (old.databases.length === 0) return [`${named(pair, old)} is dumped only in part`];
  const kept = new Set(now.databases);
  return old.databases
    .filter((name) => !kept.has(name))
    .map((name) => `${quote(name)} in ${named(pair, old)} is no longer dumped`);
}

interface Difference {
  readonly key: string;
  readonly before: string;
  readonly after: string;
  readonly hint: string;
}

function differences(old: HereDump, now: HereDump): Difference[] {
  const size = (bytes: number) => `${bytes} bytes`;
  const words = (list: readonly string[]) => list.join(' ');
  const hint = 'look whether it is still the same database';
  return [
    ...(now.dump.min_size < old.dump.min_size
      ? [
          {
            ...{ key: 'smallest size', before: size(old.dump.min_size), after: size(now.dump.min_size) },
            hint: 'a dump that lost most of its data passes sooner',
          },
        ]
      : []),
    ...difference('engine', old.dump.engine, now.dump.engine, hint),
    ...difference('way to its database', words(old.how.enter), words(now.how.enter), hint),
    ...difference('file of its database', old.how.path ?? '', now.how.path ?? '', hint),
    ...difference('image', ...inContainer(old, now, ({ image }) => image), hint),
    ...difference(
      'address of its server',
      ...inContainer(old, now, ({ host, port }) => `${host ?? ''}:${port ?? ''}`),
      hint,
    ),
    ...difference(
      'way into snapshots',
      old.dump.transfer ?? 'spool',
      now.dump.transfer ?? 'spool',
      'older snapshots hold it another way; latest is the newest of the new ones from now on',
    ),
    ...difference('command', words(old.dump.command), words(now.dump.command), hint),
    ...difference(
      'path in snapshots',
      old.dump.snapshot_path,
      now.dump.snapshot_path,
      'older snapshots hold it under the old path',
    ),
  ];
}

/** What a container that dumps has, before and after; empty for what is dumped without one. */
function inContainer(
  old: HereDump,
  now: HereDump,
  what: (container: DumpContainer) => string,
): [string, string] {
  const of = ({ how: { container } }: HereDump) => (container === undefined ? '' : what(container));
  return [of(old), of(now)];
}

function difference(key: string, before: string, after: string, hint: string): Difference[] {
  return before === after ? [] : [{ key, before, after, hint }];
}
