import { cassandra } from './cassandra.js';
import { clickhouse } from './clickhouse.js';
import { elasticsearch } from './elasticsearch.js';
import { etcd } from './etcd.js';
import { influxdb } from './influxdb.js';
import type { LiveData, SqliteApplication } from './live-data.js';
import { mariadb } from './mariadb.js';
import { mongodb } from './mongodb.js';
import { mysql } from './mysql.js';
import { neo4j } from './neo4j.js';
import { opensearch } from './opensearch.js';
import { postgresql } from './postgresql.js';
import { prometheus } from './prometheus.js';
import { rabbitmq } from './rabbitmq.js';
import { redis } from './redis.js';
import { HOUSEHOLDS } from './sqlite/households.js';
import { MEDIA } from './sqlite/media.js';
import { SERVERS } from './sqlite/servers.js';
import { sqlite } from './sqlite/sqlite.js';
import { victoriaMetrics } from './victoria-metrics.js';

/** The only list of databases. */
export const LIVE_DATA: readonly LiveData[] = [
  ...[postgresql, mariadb, mysql, sqlite, mongodb, redis, influxdb],
  ...[clickhouse, elasticsearch, opensearch, neo4j, etcd, rabbitmq, prometheus, victoriaMetrics, cassandra],
];

/** The only list of applications that keep a file of SQLite. */
export const SQLITE_APPLICATIONS: readonly SqliteApplication[] = [...HOUSEHOLDS, ...MEDIA, ...SERVERS];

const TITLES: ReadonlyMap<string, string> = new Map(LIVE_DATA.map(({ name, title }) => [name, title]));

/** What people call a database of a plan; its name where an older plan has one that nobody knows any more. */
export function titleOf(name: string): string {
  return TITLES.get(name) ?? name;
}
