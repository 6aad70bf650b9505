import type { Environment } from '../model/contract.js';

const DATABASE = /(?:DB|DATABASE|POSTGRES|PG|MYSQL|MARIADB|SQL)/i;
/** What only a database with a server has. */
const OF_SERVER = new RegExp(`${DATABASE.source}.*(?:HOST|SERVER|ADDR|PASS|USER)`, 'i');
const KIND = new RegExp(
  `${DATABASE.source}.*(?:TYPE|URL|URI|DSN|DIALECT|DRIVER|ENGINE|CONNECTION|CLIENT|VENDOR)`,
  'i',
);
const SQLITE = /sqlite|^file:|^\/|\.db$/i;
/** Sizes and switches: they name nothing. */
const NO_NAME = /^(?:\d+|true|false|yes|no|)$/i;

/** Whether an environment names a database of another kind than SQLite. What nobody may read is most likely one. */
export function namesAnotherDatabase(environment: Environment): boolean {
  return [...environment].some(([name, value]) => {
    if (value !== null && NO_NAME.test(value)) return false;
    return OF_SERVER.test(name) || (KIND.test(name) && (value === null || !SQLITE.test(value)));
  });
}
