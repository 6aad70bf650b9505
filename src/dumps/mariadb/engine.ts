import type { Engine } from '../engine.js';

/** mariadb-dump for each database, and the users of all. */
export const mariadb: Engine = {
  name: 'mariadb',
  title: 'MariaDB',
  script: 'mariadb',
  shape: 'folder',
  ending: '',
  keys: ['databases', 'user', 'password_from'],
  network: { port: 3306, variables: { host: 'MARIADB_HOST', port: 'MYSQL_TCP_PORT' }, keeps: null },
  reads_files: null,
  system_user: null,
};
