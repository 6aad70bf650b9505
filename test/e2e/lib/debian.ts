import { createHash } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot, command, debianMirror, folder, progress } from './host.js';

const KUBERNETES = ['kubectl', 'golang-k8s-client-go-dev', 'golang-k8s-kubectl-dev'];

/** Packages that scenarios use besides those of trees. `sid`, Debian's unstable, moves on without notice. */
export const UNPACKED = {
  /** A client that is older than the server of the trees, and a server that these do not have. */
  'databases-bookworm': {
    suite: 'bookworm',
    packages: ['postgresql-client-15', 'influxdb', 'influxdb-client'],
  },
  'kubernetes-sid': { suite: 'sid', packages: KUBERNETES },
  'kubernetes-trixie': { suite: 'trixie', packages: KUBERNETES },
  'restic-sid': { suite: 'sid', packages: ['restic'] },
} as const satisfies Readonly<
  Record<string, { suite: 'bookworm' | 'trixie' | 'sid'; packages: readonly string[] }>
>;

export type UnpackedName = keyof typeof UNPACKED;

/**
 * Downloads packages, without what they depend on, and unpacks them into the cache; returns the folder. Nothing is
 * installed, and apt works with sources and lists of its own: the host's stay as they are.
 */
export async function unpackPackages(name: UnpackedName): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(UNPACKED[name])).digest('hex').slice(0, 16);
  const unpacked = path.join(folder(cacheRoot(), 'packages'), `${name}-${key}`);
  if (existsSync(unpacked)) return unpacked;
  removeUnfinished(path.dirname(unpacked));
  const unfinished = `${unpacked}.unfinished-${process.pid}`;
  try {
    await unpackInto(unfinished, name);
    // Another run may have unpacked the same meanwhile.
    if (!existsSync(unpacked)) renameSync(unfinished, unpacked);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return unpacked;
}

async function unpackInto(target: string, name: UnpackedName): Promise<void> {
  const { suite, packages } = UNPACKED[name];
  progress(`unpacking ${name} (${suite}: ${packages.join(' ')})`);
  for (const part of ['lists/partial', 'cache/archives/partial', 'debs']) folder(target, part);
  const sources = path.join(target, 'sources.list');
  writeFileSync(sources, `deb [check-valid-until=no] ${debianMirror()} ${suite} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${target}/lists`,
    // What the host has installed would count as a candidate.
    'Dir::State::status=/dev/null',
    `Dir::Cache=${target}/cache`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  await command('apt-get', [...options, 'update', '--quiet']);
  const download = 'cd "$1" && shift && exec apt-get "$@"';
  const wanted = [...options, 'download', ...packages];
  await command('sh', ['-c', download, 'sh', `${target}/debs`, ...wanted]);
  for (const file of readdirSync(`${target}/debs`)) {
    await command('dpkg', ['-x', `${target}/debs/${file}`, target]);
  }
  for (const part of ['lists', 'cache', 'debs']) rmSync(path.join(target, part), { recursive: true });
}

/** What killed runs left. */
function removeUnfinished(packages: string): void {
  for (const entry of readdirSync(packages)) {
    const maker = /\.unfinished-(\d+)$/.exec(entry)?.[1];
    if (maker !== undefined && !existsSync(`/proc/${maker}`)) {
      rmSync(path.join(packages, entry), { recursive: true, force: true });
    }
  }
}
