import type { Engine } from '../engine.js';

/** An archive of mongodump. */
export const mongodb: Engine = {
  name: 'mongodb',
  title: 'MongoDB',
  script: 'mongodb',
  shape: 'file',
  ending: '.archive',
  keys: ['databases', 'user', 'password_from'],
  network: { port: 27017, variables: { host: 'STOWAGE_HOST', port: 'STOWAGE_PORT' }, keeps: null },
  reads_files: null,
  system_user: null,
};
