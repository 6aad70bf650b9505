import { engineOf } from '../dumps/registry.js';
import type { PlacedDump, PlannedDump } from '../model/dump.js';
import type { Placement, ServicePlan } from '../model/plan.js';
import { dumpSizesFolder, spoolFolder } from '../names/installed.js';

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

/** What `dump.sh` is told before `--`. */
export function dumpOptions(project: string, service: ServicePlan, { dump, how }: HereDump): string[] {
  const { name, engine, file, user, password, databases, min_size, timeout } = dump;
  const { run_as: runAs, service_id: id } = service;
  return [
    `--to=${spoolFolder(project, id)}`,
    `--sizes=${dumpSizesFolder(project, id)}`,
    `--name=${name}`,
    `--file=${file}`,
    `--engine=${engine}`,
    `--shape=${engineOf(engine).shape}`,
    `--min-size=${min_size}`,
    `--timeout=${timeout}`,
    ...(user === null ? [] : [`--user=${user}`]),
    ...(how.path === null ? [] : [`--path=${how.path}`]),
    ...(password !== null && 'file' in password ? [`--password-file=${password.file}`] : []),
    ...databases.map((database) => `--database=${database}`),
    // What reads by a capability reads files of any owner; a user of its own has to own them.
    ...(typeof runAs === 'number' ? [`--owner=${runAs}`] : []),
  ];
}

/** And after it: what runs a command where the database is, and that command where the contract has one. */
export function dumpWords({ dump, how }: HereDump): string[] {
  return [...how.enter, ...dump.command];
}

/** Names of the scripts that know the engines of these dumps, sorted. */
export function engineScripts(dumps: readonly HereDump[]): string[] {
  const names = dumps.flatMap(({ dump }) => engineOf(dump.engine).script ?? []);
  return [...new Set(names)].sort();
}
