import type { Engine } from '../engine.js';

/** Redis and Valkey: a snapshot that the server sends. */
export const redis: Engine = {
  name: 'redis',
  title: 'Redis or Valkey',
  script: 'redis',
  shape: 'file',
  ending: '.rdb',
  keys: ['user', 'password_from'],
  network: null,
  reads_files: null,
  system_user: null,
};
