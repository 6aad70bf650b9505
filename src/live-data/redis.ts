import type { LiveData } from './live-data.js';

/** Redis, Valkey and the servers that write the same files: an append-only file is renamed while it is read. */
export const redis: LiveData = {
  name: 'redis',
  title: 'Redis',
  images: [
    'redis',
    'valkey',
    'keydb',
    'redis-stack-server',
    'redis-stack',
    'redis-cluster',
    'valkey-cluster',
  ],
  paths: ['/data', '/bitnami/redis', '/bitnami/valkey', '/var/lib/redis', '/var/lib/valkey'],
  own_paths: ['/bitnami/redis', '/bitnami/valkey', '/var/lib/redis', '/var/lib/valkey'],
  clients: ['redis-cli', 'valkey-cli', 'redis-benchmark'],
  servers: ['redis-server', 'valkey-server', 'keydb-server', 'docker-entrypoint.sh'],
  aliases: ['valkey', 'keydb'],
  engine: 'redis',
  own_way: null,
};
