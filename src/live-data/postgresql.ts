import type { LiveData } from './live-data.js';

/** From 18 on the image keeps it in a folder per version, as Debian does (docker-library/postgres#1259). */
export const postgresql: LiveData = {
  name: 'postgresql',
  title: 'PostgreSQL',
  images: [
    ...[
      'postgres',
      'postgresql',
      'postgresql-repmgr',
      'timescaledb',
      'timescaledb-ha',
      'postgis',
      'pgvector',
    ],
    ...['pgvecto-rs', 'vchord-postgres', 'spilo', 'paradedb'],
  ],
  paths: ['/var/lib/postgresql', '/bitnami/postgresql', '/home/postgres/pgdata', '/var/lib/pgsql'],
  own_paths: ['/var/lib/postgresql', '/bitnami/postgresql', '/home/postgres/pgdata', '/var/lib/pgsql'],
  path_variable: 'PGDATA',
  clients: [
    'psql',
    'pg_dump',
    'pg_dumpall',
    'pg_restore',
    'pg_basebackup',
    'pg_isready',
    'pgbench',
    'createdb',
  ],
  servers: ['postgres', 'docker-entrypoint.sh', 'patroni'],
  client_variables: ['PGHOST', 'PGHOSTADDR'],
  aliases: ['postgres', 'pgsql', 'timescaledb', 'postgis'],
  engine: 'postgresql',
  own_way: null,
};
