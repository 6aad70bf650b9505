import type { LiveData } from '../live-data.js';

/** Found by the applications that use it: its files may lie anywhere. */
export const sqlite: LiveData = {
  name: 'sqlite',
  title: 'SQLite',
  images: [],
  paths: [],
  own_paths: [],
  clients: [],
  servers: [],
  aliases: ['sqlite3'],
  engine: 'sqlite',
  own_way: null,
};
