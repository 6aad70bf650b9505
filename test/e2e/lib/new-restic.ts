import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot, command, debianMirror, folder, progress } from './host.js';

/** Newer than that of the trees, whose 0.18.0 cannot save a stream under a path. */
const SUITE = 'sid';

/** A restic newer than 0.18.0, unpacked from Debian's newest suite into the cache; the path of the program. */
export async function newRestic(): Promise<string> {
  const unpacked = path.join(folder(cacheRoot(), 'packages'), `restic-${SUITE}`);
  const program = path.join(unpacked, 'usr', 'bin', 'restic');
  if (!existsSync(program)) await unpack(unpacked);
  const { stdout } = await command(program, ['version']);
  if (/^restic 0\.(?:\d|1[0-7])\.|^restic 0\.18\.0 /.test(stdout)) {
    throw new Error(`${program} is too old (${stdout.trim()}): remove ${unpacked} and run again`);
  }
  return program;
}

/** apt with sources and lists of its own: the host's stay as they are. */
async function unpack(unpacked: string): Promise<void> {
  progress(`unpacking restic of ${SUITE}`);
  const unfinished = `${unpacked}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  for (const part of ['lists/partial', 'cache/archives/partial', 'debs']) folder(unfinished, part);
  const sources = path.join(unfinished, 'sources.list');
  writeFileSync(sources, `deb [check-valid-until=no] ${debianMirror()} ${SUITE} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${unfinished}/lists`,
    `Dir::Cache=${unfinished}/cache`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  await command('apt-get', [...options, 'update', '--quiet']);
  const download = 'cd "$1" && shift && exec apt-get "$@" download restic';
  await command('sh', ['-c', download, 'sh', `${unfinished}/debs`, ...options]);
  for (const name of readdirSync(`${unfinished}/debs`)) {
    await command('dpkg', ['-x', `${unfinished}/debs/${name}`, unfinished]);
  }
  for (const part of ['lists', 'cache', 'debs']) rmSync(path.join(unfinished, part), { recursive: true });
  renameSync(unfinished, unpacked);
}
