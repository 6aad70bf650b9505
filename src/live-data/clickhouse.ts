import type { LiveData } from './live-data.js';

export const clickhouse: LiveData = {
  name: 'clickhouse',
  title: 'ClickHouse',
  images: ['clickhouse-server', 'clickhouse', 'altinity/clickhouse-server'],
  paths: ['/var/lib/clickhouse', '/bitnami/clickhouse'],
  own_paths: ['/var/lib/clickhouse', '/bitnami/clickhouse'],
  clients: ['clickhouse-client', 'clickhouse-backup', 'clickhouse-local'],
  servers: ['clickhouse-server', 'clickhouse-keeper'],
  engine: null,
  own_way: 'the statement `BACKUP … TO Disk(…)` of ClickHouse, onto a disk of its own',
};
