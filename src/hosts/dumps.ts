import { engineOf } from '../dumps/registry.js';
import type { PlacedDump, PlannedDump } from '../model/dump.js';
import type { Placement, PlannedVolume, ServicePlan } from '../model/plan.js';
import { belowHome } from '../model/volume.js';
import { streamDump } from '../jobs/stream-dump/kind.js';
import { groupBy } from '../lookup/group.js';
import type { HostJob } from './host-tree.js';

/** A dump of a service, and how it is made in one place. */
export interface HereDump {
  readonly dump: PlannedDump;
  readonly how: PlacedDump;
}

/** The dumps that are made in one place, in the order of the contract. */
export function dumpsHere({ dumps = [] }: ServicePlan, { dumps: placed = [] }: Placement): HereDump[] {
  const ways = new Map(placed.map((how) => [how.name, how]));
  return dumps.flatMap((dump) => {
    const how = ways.get(dump.name);
    return how === undefined ? [] : [{ dump, how }];
  });
}

/** The dumps that one job makes: the files beside its volumes, or the stream that it is for. */
export function dumpsOf({ job, service, placement }: HostJob): HereDump[] {
  return dumpsHere(service, placement).filter(({ dump: { name, transfer } }) =>
    job.kind === streamDump.name ? name === job.part : transfer === undefined,
  );
}

/** What `dump.sh` is told before `--`, but for the folders of the place and what is below the home folder of its user. */
export function dumpOptions({ dump, how }: HereDump): string[] {
  const { name, engine, file, user, password, databases, min_size, timeout } = dump;
  return [
    `--name=${name}`,
    `--file=${file}`,
    `--engine=${engine}`,
    `--shape=${engineOf(engine).shape}`,
    `--min-size=${min_size}`,
    `--timeout=${timeout}`,
    ...(user === null ? [] : [`--user=${user}`]),
    ...(how.path === null || belowHome(how.path) !== null ? [] : [`--path=${how.path}`]),
    ...(password !== null && 'file' in password ? [`--password-file=${password.file}`] : []),
    ...databases.map((database) => `--database=${database}`),
  ];
}

/** And after it: what runs a command where the database is, and that command where the contract has one. */
function dumpWords({ dump, how }: HereDump): string[] {
  return [...how.enter, ...dump.command];
}

/** Where a place makes and keeps dumps; a user's folders are below the home folder. */
interface DumpPlaces {
  readonly project: string;
  readonly is_user: boolean;
  readonly to: string;
  readonly sizes: string;
}

/** What a unit's template has to know of the dumps that it makes first. */
export function spooledContexts(service: ServicePlan, dumps: readonly HereDump[], places: DumpPlaces) {
  return dumpContexts(service, dumps).map((context) => ({ ...places, ...context }));
}

/** The same of dumps, wherever they go. */
export function dumpContexts({ run_as: runAs }: Pick<ServicePlan, 'run_as'>, dumps: readonly HereDump[]) {
  // What reads by a capability reads files of any owner; a user of its own has to own them.
  const owner = typeof runAs === 'number' ? [`--owner=${runAs}`] : [];
  return dumps.map((here) => ({
    quiet: here.how.quiet === true,
    options: [...dumpOptions(here), ...owner],
    words: dumpWords(here),
    snapshot_path: here.dump.snapshot_path,
    path_below_home: here.how.path === null ? null : belowHome(here.how.path),
  }));
}

/** Scripts that dump databases, and the templates that they are made from; none where nothing is dumped. */
export function dumpScripts(jobs: readonly HostJob[]): (readonly [script: string, template: string])[] {
  const dumps = jobs.flatMap(dumpsOf);
  if (dumps.length === 0) return [];
  const engines = engineScripts(dumps).map((name) => [`dumps/${name}.sh`, `dumps/${name}.sh.hbs`] as const);
  return [['dump.sh', 'host/dump.sh.hbs'], ...engines];
}

/** Programs of the host that dumps of these jobs need, each with the services that need it. */
export function dumpPrograms(
  jobs: readonly HostJob[],
): { readonly program: string; readonly services: string }[] {
  const needed = jobs.flatMap((job) =>
    dumpsOf(job).flatMap(({ dump, how }) => {
      const program = engineOf(dump.engine).reads_files;
      return program === null || !how.on_host ? [] : [{ program, service: job.service.service_id }];
    }),
  );
  return [...groupBy(needed, ({ program }) => program)].map(([program, by]) => ({
    program,
    services: [...new Set(by.map(({ service }) => service))].join(' '),
  }));
}

/** A dump as backups compare it with the last one: as they do with a volume. */
export function savedDump({ dump }: HereDump): Pick<PlannedVolume, 'snapshot_path' | 'max_shrink_percent'> {
  return { snapshot_path: dump.snapshot_path };
}

/** Names of the scripts that know the engines of these dumps, sorted. */
export function engineScripts(dumps: readonly HereDump[]): string[] {
  const names = dumps.flatMap(({ dump }) => engineOf(dump.engine).script ?? []);
  return [...new Set(names)].sort();
}
