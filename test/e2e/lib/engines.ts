import path from 'node:path';
import { expect } from '@jest/globals';
import { note } from './runs.js';

/** What each engine says about itself, where a machine has it. The first number in it that has dots is the version. */
const ENGINES: Readonly<Record<string, string>> = {
  // "systemd 257 (257.8-1~deb13u2)"
  systemd: 'systemctl --version',
  restic: 'restic version',
  podman: 'podman --version',
  docker: 'docker --version',
  compose: 'docker compose version',
  'rest-server': 'restic-rest-server --version',
  ansible: 'ansible --version',
  postgresql: 'psql --version',
  mariadb: 'mariadb --version',
  redis: 'redis-server --version',
  sqlite: 'sqlite3 --version',
};

/** Asks a machine for its engines; prints `name`, tab, what the engine says in its first line. */
export const ASK = Object.entries(ENGINES)
  .map(([name, command]) => {
    const [program = ''] = command.split(' ');
    return `! command -v ${program} >/dev/null || printf '${name}\\t%s\\n' "$(${command} 2>/dev/null | head -n 1)"`;
  })
  .join('\n');

/** Notes what a machine answered to `ASK`, for the scenario that is running. */
export function noteAnswers(answers: string): void {
  for (const line of answers.split('\n')) {
    const [name = '', said = ''] = line.split('\t');
    const version = versionIn(said);
    if (version !== null) noteEngine(name, version);
  }
}

/** `257.8` in `systemd 257 (257.8-1~deb13u2)`; null when nothing looks like a version. */
export function versionIn(said: string): string | null {
  return /\d+(?:\.\d+)+/.exec(said)?.[0] ?? null;
}

/** Notes that the running scenario had this engine. */
export function noteEngine(name: string, version: string): void {
  note('engines', path.basename(expect.getState().testPath ?? '', '.e2e.ts'), name, version);
}
