import type { LiveData } from './live-data.js';

export const mongodb: LiveData = {
  name: 'mongodb',
  title: 'MongoDB',
  images: [
    'mongo',
    'mongodb',
    'mongodb-community-server',
    'mongodb-enterprise-server',
    'percona-server-mongodb',
  ],
  paths: ['/data/db', '/bitnami/mongodb', '/var/lib/mongodb', '/var/lib/mongo'],
  own_paths: ['/bitnami/mongodb', '/var/lib/mongodb', '/var/lib/mongo'],
  clients: ['mongodump', 'mongorestore', 'mongosh', 'mongo', 'mongoexport'],
  servers: ['mongod', 'mongos', 'docker-entrypoint.sh'],
  aliases: ['mongo'],
  engine: 'mongodb',
  own_way: null,
};
