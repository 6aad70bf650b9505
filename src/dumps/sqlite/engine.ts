import type { Engine } from '../engine.js';

/** The statements that make the file again. */
export const sqlite: Engine = {
  name: 'sqlite',
  title: 'SQLite',
  script: 'sqlite',
  shape: 'file',
  ending: '.sql',
  keys: ['path'],
  network: null,
  reads_files: 'sqlite3',
  system_user: null,
};
