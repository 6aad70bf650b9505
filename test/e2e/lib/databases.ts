import { builtinTemplates } from '../../../src/template/engine.js';
import type { Machine } from './machine.js';

const LIBRARY = '/usr/local/lib/stowage/lab';
const SPOOL = '/backup/app/dumps';

/** A database of a scenario: how it is dumped, written to, and what has to hold of it whenever it is whole. */
export interface Database {
  readonly engine: 'postgresql' | 'mariadb' | 'sqlite' | 'redis' | 'influxdb';
  readonly shape: 'file' | 'folder';
  /** Its name in the folder of dumps. */
  readonly file: string;
  readonly path?: string;
  readonly enter: readonly string[];
  /** Shell commands that fill it, once. */
  readonly fill: string;
  /** Shell commands that change it without its sums, for as long as they run. */
  readonly write: string;
  /** A shell command that prints `fine` for a database that is in order. */
  readonly check: string;
  /** Whether nobody may have it open while it is restored. */
  readonly stops: boolean;
}

/** Puts the scripts there, and a repository that they reach as those of a rendered tree do. */
export async function installScripts(machine: Machine, databases: readonly Database[]): Promise<void> {
  const templates = builtinTemplates();
  const put = async (name: string, template: string, context: Readonly<Record<string, unknown>> = {}) =>
    machine.write(
      `${LIBRARY}/${name}`,
      templates.render(template, { header: 'test', project: 'lab', ...context }),
      '755',
    );
  await machine.run(`mkdir -p ${LIBRARY}/dumps ${SPOOL} /srv/repository`);
  await put('dump.sh', 'host/dump.sh.hbs');
  for (const { engine, shape, file, path = '', enter } of databases) {
    await put(`dumps/${engine}.sh`, `dumps/${engine}.sh.hbs`);
    await put(`restore-dump-app-${engine}.sh`, 'host/restore-dump.sh.hbs', {
      ...{
        service_id: 'app',
        command: `restore-dump-app-${engine}.sh`,
        is_user: false,
        host: 'app',
        tag: 'service:app',
        enter,
      },
      restic_command: `${LIBRARY}/restic-main.sh`,
      dump: {
        ...{ name: engine, engine, shape, file, path, is_below_home: false },
        ...{ user: '', password_file: '', databases: [] },
        ...{ snapshot_path: `${SPOOL}/${file}`, restore_command: null, is_stream: false },
      },
    });
  }
  await machine.write(
    `${LIBRARY}/restic-main.sh`,
    '#!/bin/sh\nRESTIC_REPOSITORY=/srv/repository RESTIC_PASSWORD=x exec restic "$@"\n',
    '755',
  );
  await machine.run(`${LIBRARY}/restic-main.sh init --quiet`);
}

/** The words that dump it into the spool, or into another folder. */
export function dumpWords(database: Database, more: readonly string[] = []): string[] {
  const { engine, shape, file, path = '', enter } = database;
  return [
    ...[`${LIBRARY}/dump.sh`, 'dump', `--to=${SPOOL}`, `--name=${engine}`, `--file=${file}`],
    ...[`--engine=${engine}`, `--shape=${shape}`, '--sizes=/var/lib/sizes', '--min-size=1000', '--timeout=5'],
    ...[`--path=${path}`, ...more, '--', ...enter],
  ];
}

export const backup = async (machine: Machine) =>
  machine.run(`${LIBRARY}/restic-main.sh backup --quiet --host app --tag service:app ${SPOOL}`);

/** Loads what the newest snapshot has of it. */
export const restoreWords = (database: Database, ...more: readonly string[]): string[] => [
  ...[`${LIBRARY}/restore-dump-app-${database.engine}.sh`, 'latest', ...more],
];

/** A unit that writes for ever, whatever fails in between. */
export async function startWriter(machine: Machine, { engine, write }: Database): Promise<void> {
  await machine.run([
    ...['systemd-run', '--quiet', `--unit=writer-${engine}`, '--property=KillMode=control-group'],
    ...['sh', '-c', `while :; do ${write}; done 2>/dev/null`],
  ]);
}

export const stopWriter = async (machine: Machine, { engine }: Database) =>
  machine.run(
    `systemctl stop writer-${engine}.service; systemctl reset-failed writer-${engine}.service || :`,
  );
