import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What systemd itself read from one unit: the lines of its dump by name, and its command lines. */
export interface ReadUnit {
  readonly settings: ReadonlyMap<string, readonly string[]>;
  readonly commands: readonly (readonly string[])[];
}

const MANAGER = ['/lib/systemd/systemd', '/usr/lib/systemd/systemd'];
const NOBODY = 65534;
const BARE_UNIT = '[Unit]\nDefaultDependencies=no\n';

/**
 * Lets the system manager parse units and print what it understood (`systemd --test`, which starts nothing and needs
 * no running systemd). It refuses root, so that root runs it as nobody.
 *
 * @param units texts of `.service` units
 */
export function readUnits(units: readonly string[]): ReadUnit[] {
  const manager = MANAGER.find((path) => existsSync(path));
  if (manager === undefined) throw new Error('this test needs the Debian package `systemd`');
  const folder = mkdtempSync(join(tmpdir(), 'stowage-units-'));
  try {
    chmodSync(folder, 0o755);
    for (const name of ['sysinit', 'basic', 'shutdown', 'rescue', 'emergency', 'default']) {
      writeFileSync(join(folder, `${name}.target`), BARE_UNIT);
    }
    units.forEach((text, index) => {
      writeFileSync(join(folder, `u${index}.service`), text);
    });
    const all = units.map((_, index) => `Wants=u${index}.service\n`).join('');
    writeFileSync(join(folder, 'all.target'), BARE_UNIT + all);
    const dump = runManager(manager, folder);
    return units.map((_, index) => readDump(dump, `u${index}.service`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runManager(manager: string, folder: string): string {
  const isRoot = process.getuid?.() === 0;
  const { status, stdout, stderr, error } = spawnSync(manager, ['--test', '--system', '--unit=all.target'], {
    encoding: 'utf8',
    env: { HOME: '/nonexistent', PATH: '/usr/bin:/bin', SYSTEMD_UNIT_PATH: folder, SYSTEMD_LOG_LEVEL: 'err' },
    maxBuffer: 1 << 28,
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  if (error !== undefined || status !== 0)
    throw new Error(`systemd --test failed: ${error?.message ?? stderr}`);
  return stdout;
}

function readDump(dump: string, name: string): ReadUnit {
  const begin = dump.indexOf(`\t-> Unit ${name}:\n`);
  if (begin === -1) throw new Error(`systemd did not read ${name}`);
  const end = dump.indexOf('\n\t-> Unit ', begin + 1);
  const text = dump.slice(begin, end === -1 ? undefined : end);
  const settings = new Map<string, string[]>();
  const commands: string[][] = [];
  // By line feeds alone: what else Unicode calls a line break may be a part of a value.
  for (const line of text.split('\n')) {
    const [, key = '', value = ''] = /^\t+([A-Za-z ]+): ([^]*)$/.exec(line) ?? [];
    if (key === 'Command Line') commands.push(splitCommand(value));
    else settings.set(key, [...(settings.get(key) ?? []), value]);
  }
  return { settings, commands };
}

/** Undoes the quoting of the dump: words in double quotes when needed, C escapes, `\` before what a shell expands. */
function splitCommand(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|([^ ]+)/gu)].map(([, quoted, bare]) =>
    quoted === undefined
      ? (bare ?? '')
      : quoted.replace(/\\(t|.)/gu, (_, c: string) => (c === 't' ? '\t' : c)),
  );
}

/**
 * What the program gets for an argument: `$$` is `$`; a single one would begin a variable (systemd.service(5), COMMAND
 * LINES), which no value of ours may do.
 */
export function withoutVariables(argument: string): string {
  if (/(?<!\$)(?:\$\$)*\$(?!\$)/.test(argument)) throw new Error(`${argument} holds a variable`);
  return argument.replaceAll('$$', '$');
}
