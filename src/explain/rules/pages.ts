import type { LineRule } from './rule.js';

/** Words of the index and of pages. */
export const PAGE_RULES: readonly LineRule[] = [
  {
    line: /\blive cop(?:y|ies)\b/,
    says: 'A database writes while its files are copied one after the other, so a snapshot may hold the old half of one file and the new half of another. The image and the paths of the contract tell of the database.',
    source:
      'PostgreSQL manual, “File System Level Backup”; sqlite.org, “How To Corrupt An SQLite Database File”',
  },
];
