import type { Engine } from '../engine.js';

/** mariadb-dump for each database, and the users of all. */
export const mariadb: Engine = {
  name: 'mariadb',
  title: 'MariaDB',
  script: 'mariadb',
  shape: 'folder',
  ending: '',
  keys: ['databases', 'user', 'password_from'],
  reads_files: null,
  system_user: null,
};
