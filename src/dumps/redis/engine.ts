import type { Engine } from '../engine.js';

/** Redis and Valkey: a snapshot that the server sends. */
export const redis: Engine = {
  name: 'redis',
  title: 'Redis or Valkey',
  script: 'redis',
  shape: 'file',
  ending: '.rdb',
  keys: ['user', 'password_from'],
  network: { port: 6379, variables: { host: 'STOWAGE_HOST', port: 'STOWAGE_PORT' }, keeps: 'before.rdb' },
  reads_files: null,
  system_user: null,
};
