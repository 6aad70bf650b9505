import type { LiveData } from './live-data.js';

export const cassandra: LiveData = {
  name: 'cassandra',
  title: 'Cassandra',
  images: ['cassandra', 'scylladb/scylla'],
  paths: ['/var/lib/cassandra', '/bitnami/cassandra', '/var/lib/scylla'],
  own_paths: ['/var/lib/cassandra', '/bitnami/cassandra', '/var/lib/scylla'],
  clients: ['cqlsh', 'nodetool'],
  servers: ['cassandra', 'scylla'],
  engine: null,
  own_way: '`nodetool snapshot`, which makes a folder `snapshots` beside each table',
};
