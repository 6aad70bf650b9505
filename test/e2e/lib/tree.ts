import { createHash } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { aptTransportOptions, cacheRoot, command, debianMirror, folder, progress } from './host.js';

/** What a root tree is made of; its cache key is the hash of exactly this. */
interface TreeRecipe {
  readonly suite: string;
  readonly packages: readonly string[];
  /** Shell commands run on the finished tree; `$1` is its folder. */
  readonly finish: readonly string[];
}

const SYSTEM = ['systemd', 'systemd-sysv', 'dbus', 'restic', 'ca-certificates', 'acl', 'attr'];

/** Nobody logs in on a console, and a first boot that asks no questions is a faster one. */
const QUIET_BOOT = [
  'chroot "$1" systemctl --quiet mask console-getty.service getty.target systemd-firstboot.service',
  'chroot "$1" systemctl --quiet set-default multi-user.target',
];

/** Podman for users without root: their user managers and sub-uids, and no network of its own. */
const ROOTLESS = [
  ...['podman', 'crun', 'netavark', 'uidmap', 'fuse-overlayfs', 'dbus-user-session', 'libpam-systemd'],
] as const;

/** Every tree that a scenario may boot. */
export const TREES = {
  /** systemd and restic: a bare-metal host. */
  base: { suite: 'trixie', packages: SYSTEM, finish: QUIET_BOOT },
  /** Podman with Quadlet for users without root. */
  rootless: { suite: 'trixie', packages: [...SYSTEM, ...ROOTLESS], finish: QUIET_BOOT },
  /** A host that manages itself: Ansible, what checks a playbook, and Podman for a user without root. */
  ansible: {
    suite: 'trixie',
    packages: [...SYSTEM, ...ROOTLESS, 'ansible-core', 'ansible-lint', 'yamllint', 'sudo'],
    finish: QUIET_BOOT,
  },
  /** Docker with Compose beside Podman with Quadlet and `kube play`; Docker is off until a scenario starts it. */
  engines: {
    suite: 'trixie',
    packages: [
      ...SYSTEM,
      ...['docker.io', 'docker-cli', 'docker-compose', 'busybox-static', 'catatonit', 'restic-rest-server'],
      ...['podman', 'crun', 'netavark', 'aardvark-dns', 'nftables', 'iptables', 'iproute2'],
    ],
    finish: [
      ...QUIET_BOOT,
      'chroot "$1" systemctl --quiet disable docker.service docker.socket containerd.service',
      // A machine of ours may not have the controller for it.
      'mkdir -p "$1/etc/containers/containers.conf.d"',
      `printf '[containers]\\npids_limit = 0\\n' >"$1/etc/containers/containers.conf.d/machine.conf"`,
    ],
  },
  /** The database servers that Debian has; each is off until a scenario starts it. */
  databases: {
    suite: 'trixie',
    packages: [
      ...SYSTEM,
      ...['postgresql', 'mariadb-server', 'redis-server', 'sqlite3'],
      ...['docker.io', 'docker-cli', 'docker-compose', 'nftables', 'iptables', 'iproute2'],
      ...ROOTLESS,
    ],
    finish: [
      ...QUIET_BOOT,
      'chroot "$1" systemctl --quiet disable postgresql.service mariadb.service redis-server.service',
      'chroot "$1" systemctl --quiet disable docker.service docker.socket containerd.service',
    ],
  },
  /** What lies between a job and the world: an SSH server, rclone, and two ways to send mail. */
  ways: {
    suite: 'trixie',
    packages: [...SYSTEM, 'openssh-server', 'openssh-client', 'rclone', 'postfix', 'msmtp'],
    finish: [...QUIET_BOOT, 'chroot "$1" systemctl --quiet disable ssh.service postfix.service'],
  },
  /** Every back end that a machine can have itself, and file systems that programs make of folders. */
  backEnds: {
    suite: 'trixie',
    packages: [
      ...SYSTEM,
      ...['openssh-server', 'openssh-client', 'rclone', 'restic-rest-server', 'curl', 'mergerfs', 'bindfs'],
    ],
    finish: [...QUIET_BOOT, 'chroot "$1" systemctl --quiet disable ssh.service'],
  },
  /** Debian's own kernel and what emulates a machine for it: an NFS server and its client. */
  kernel: {
    suite: 'trixie',
    packages: [
      ...SYSTEM,
      ...['linux-image-cloud-amd64', 'qemu-system-x86', 'e2fsprogs', 'openssh-server', 'openssh-client'],
      ...['nfs-kernel-server', 'nfs-common', 'restic-rest-server'],
    ],
    finish: [
      ...QUIET_BOOT,
      'chroot "$1" systemctl --quiet disable ssh.service nfs-server.service nfs-client.target rpcbind.socket',
      `printf '[Match]\nName=e*\n[Network]\nDHCP=yes\n' >"$1/etc/systemd/network/emulated.network"`,
      `chroot "$1" sh -c 'umask 077; mkdir -p /root/.ssh; cd /root/.ssh; ssh-keygen -q -t ed25519 -N "" -f id_ed25519; cp id_ed25519.pub authorized_keys'`,
    ],
  },
  /** The oldest Ansible that the playbook is for; this Debian's restic is too old for our jobs. */
  ansibleOld: {
    suite: 'bookworm',
    packages: [...SYSTEM, 'ansible-core', 'ansible-lint', 'sudo', 'libpam-systemd'],
    finish: QUIET_BOOT,
  },
} as const satisfies Readonly<Record<string, TreeRecipe>>;

export type TreeName = keyof typeof TREES;

/** Folder of a tree that `makeTree` has made. Throws when it has not. */
export function treeFolder(name: TreeName): string {
  const tree = cachedFolder(name);
  if (!existsSync(tree)) throw new Error(`no tree ${tree}: run the suite with "npm run test:e2e"`);
  return tree;
}

/** Makes a root tree unless the cache has it. About 17 seconds and 180 MB for `base`. */
export async function makeTree(name: TreeName): Promise<void> {
  const tree = cachedFolder(name);
  if (existsSync(tree)) return;
  const recipe: TreeRecipe = TREES[name];
  progress(`making tree ${name} (${recipe.suite}: ${recipe.packages.join(' ')})`);
  // Another run may be making the same tree now: each makes its own, and the first one done is kept.
  const unfinished = path.join(path.dirname(tree), `unfinished-${process.pid}-${path.basename(tree)}`);
  rmSync(unfinished, { recursive: true, force: true });
  await command('mmdebstrap', [
    '--variant=minbase',
    '--quiet',
    `--include=${recipe.packages.join(',')}`,
    ...aptTransportOptions().map((option) => `--aptopt=${option}`),
    ...recipe.finish.map((script) => `--customize-hook=${script}`),
    recipe.suite,
    unfinished,
    debianMirror(),
  ]);
  if (existsSync(tree)) rmSync(unfinished, { recursive: true, force: true });
  else renameSync(unfinished, tree);
  removeOldTrees(name);
}

function cachedFolder(name: TreeName): string {
  const key = createHash('sha256').update(JSON.stringify(TREES[name])).digest('hex').slice(0, 16);
  return path.join(folder(cacheRoot(), 'trees'), `${name}-${key}`);
}

/** Trees of the same name made from another recipe, and what a killed run left: nothing will ask for them again. */
function removeOldTrees(name: TreeName): void {
  const current = cachedFolder(name);
  const parent = path.dirname(current);
  for (const entry of readdirSync(parent)) {
    const other = path.join(parent, entry);
    const maker = /^unfinished-(\d+)-/.exec(entry)?.[1];
    const isRubbish = maker === undefined ? entry.startsWith(`${name}-`) : !existsSync(`/proc/${maker}`);
    if (isRubbish && other !== current) rmSync(other, { recursive: true, force: true });
  }
}
