import type { LiveData } from './live-data.js';

/** Its folder is MySQL's, so that without an image nobody can tell the two apart; the client of either reads both. */
export const mariadb: LiveData = {
  name: 'mariadb',
  title: 'MariaDB',
  images: ['mariadb', 'mariadb-galera'],
  paths: ['/var/lib/mysql', '/bitnami/mariadb', '/config/databases'],
  own_paths: ['/bitnami/mariadb'],
  clients: ['mysql', 'mysqldump', 'mariadb', 'mariadb-dump', 'mariadb-backup', 'mysqladmin', 'mariadb-admin'],
  servers: ['mysqld', 'mysqld_safe', 'mariadbd', 'mariadbd-safe', 'docker-entrypoint.sh'],
  engine: 'mariadb',
  own_way: null,
};
