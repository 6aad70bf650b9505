import type { LiveData } from './live-data.js';

export const mysql: LiveData = {
  name: 'mysql',
  title: 'MySQL',
  images: ['mysql', 'mysql-server', 'percona', 'percona-server', 'percona-xtradb-cluster'],
  paths: ['/var/lib/mysql', '/bitnami/mysql'],
  own_paths: ['/var/lib/mysql', '/bitnami/mysql'],
  clients: ['mysql', 'mysqldump', 'mysqlpump', 'mysqlsh', 'mysqladmin', 'xtrabackup'],
  servers: ['mysqld', 'mysqld_safe', 'docker-entrypoint.sh'],
  engine: 'mysql',
  own_way: null,
};
