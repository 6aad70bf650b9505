import { command } from './command/engine.js';
import type { Engine } from './engine.js';
import { influxdb } from './influxdb/engine.js';
import { mariadb } from './mariadb/engine.js';
import { mongodb } from './mongodb/engine.js';
import { mysql } from './mysql/engine.js';
import { postgresql } from './postgresql/engine.js';
import { redis } from './redis/engine.js';
import { sqlite } from './sqlite/engine.js';

/** The only list of engines. */
const ENGINE_LIST: readonly Engine[] = [
  postgresql,
  mariadb,
  mysql,
  sqlite,
  mongodb,
  redis,
  influxdb,
  command,
];

const BY_NAME: ReadonlyMap<string, Engine> = new Map(ENGINE_LIST.map((engine) => [engine.name, engine]));

/** Names of engines, as contracts write them. */
export const ENGINES: readonly string[] = ENGINE_LIST.map(({ name }) => name);

/** An engine that reading has let through; an unknown one is a bug, and throws. */
export function engineOf(name: string): Engine {
  const known = BY_NAME.get(name);
  if (known === undefined) throw new Error(`no engine is called ${name}`);
  return known;
}

/** Whether a dump by one engine is of the databases of the other: the clients of MariaDB and of MySQL dump both. */
export function isSameDatabase(one: string, other: string): boolean {
  return one === other || [one, other].every((name) => ['mariadb', 'mysql'].includes(name));
}
