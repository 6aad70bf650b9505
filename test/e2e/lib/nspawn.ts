import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot, command, folder, progress, updatePackageLists } from './host.js';

/**
 * systemd-nspawn is unpacked, not installed: installing its package may upgrade the host's own systemd. It comes
 * with the shared library of exactly its version, whatever the host has.
 */
const PACKAGES = ['systemd-container', 'libsystemd-shared'];

/** One folder for each release of the host: what apt downloads depends on it. */
function unpackedFolder(): string {
  const release = createHash('sha256').update(readFileSync('/etc/os-release')).update(PACKAGES.join());
  return path.join(folder(cacheRoot(), 'packages'), `nspawn-${release.digest('hex').slice(0, 16)}`);
}

/** The program and the library path it needs. */
export function nspawn(): { readonly program: string; readonly libraryPath: string } {
  const library = path.join(unpackedFolder(), 'usr', 'lib');
  const architecture = readdirSync(library).find((entry) => entry.endsWith('-linux-gnu'));
  return {
    program: path.join(unpackedFolder(), 'usr', 'bin', 'systemd-nspawn'),
    libraryPath: path.join(library, architecture ?? '', 'systemd'),
  };
}

/** Downloads and unpacks systemd-nspawn unless the cache has it, and sees it run. */
export async function unpackNspawn(): Promise<void> {
  if (!existsSync(unpackedFolder())) {
    progress('unpacking systemd-nspawn');
    await updatePackageLists();
    const unfinished = `${unpackedFolder()}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    folder(unfinished, 'debs');
    await command('sh', [
      '-c',
      'cd "$1" && shift && apt-get download "$@"',
      'sh',
      `${unfinished}/debs`,
      ...PACKAGES,
    ]);
    for (const name of readdirSync(`${unfinished}/debs`)) {
      await command('dpkg', ['-x', `${unfinished}/debs/${name}`, unfinished]);
    }
    renameSync(unfinished, unpackedFolder());
  }
  const { program, libraryPath } = nspawn();
  await command(program, ['--version'], { env: { ...process.env, LD_LIBRARY_PATH: libraryPath } });
}
