import { mariadb } from '../mariadb/engine.js';
import type { Engine } from '../engine.js';

/** As MariaDB, with the names of its own programs. */
export const mysql: Engine = { ...mariadb, name: 'mysql', title: 'MySQL' };
