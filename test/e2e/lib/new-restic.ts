import path from 'node:path';
import { unpackPackages } from './debian.js';
import { noteEngine, versionIn } from './engines.js';
import { command } from './host.js';

/** A restic newer than that of the trees, whose 0.18.0 cannot save a stream under a path; the path of the program. */
export async function newRestic(): Promise<string> {
  const unpacked = await unpackPackages('restic-sid');
  const program = path.join(unpacked, 'usr', 'bin', 'restic');
  const { stdout } = await command(program, ['version']);
  if (/^restic 0\.(?:\d|1[0-7])\.|^restic 0\.18\.0 /.test(stdout)) {
    throw new Error(`${program} is too old (${stdout.trim()}): remove ${unpacked} and run again`);
  }
  noteEngine('restic (Debian unstable)', versionIn(stdout) ?? '');
  return program;
}
