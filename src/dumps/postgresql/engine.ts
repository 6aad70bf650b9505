import type { Engine } from '../engine.js';

/** pg_dump for each database, and the roles of all. */
export const postgresql: Engine = {
  name: 'postgresql',
  title: 'PostgreSQL',
  script: 'postgresql',
  shape: 'folder',
  ending: '',
  keys: ['databases', 'user', 'password_from'],
  network: { port: 5432, variables: { host: 'PGHOST', port: 'PGPORT' }, keeps: null },
  reads_files: null,
  system_user: 'postgres',
};
