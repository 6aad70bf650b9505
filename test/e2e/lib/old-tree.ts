import path from 'node:path';
import { HOUR } from './baremetal-project.js';
import type { Machine } from './machine.js';
import { makeProject } from './program.js';
import { asUser, HOME, USER } from './rootless.js';

/** What `install.sh` left on a host, or for a user, when installed names had no project in them. */
export interface OldTree {
  /** How the tree was called: part of the name of its list. */
  readonly tree: string;
  /** Where the repository `main` lies. */
  readonly address: string;
  readonly services: readonly string[];
  /** Whether the host maintains the repository too; yes by default. */
  readonly isMaintained?: boolean;
}

/** Jobs of old say here that they ran; they end when they may. */
export const OLD_RUNS = '/run/old-runs';
export const OLD_MAY_END = '/run/old-may-end';

const SERVICE = `[Unit]
Description=Back up with restic
OnFailure=stowage-failure@%N.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo %N >>${OLD_RUNS}; until [ -e ${OLD_MAY_END} ]; do sleep 0.1; done'
`;
const FAILURE = '[Service]\nType=oneshot\nExecStart=/usr/local/lib/stowage/report-failure.sh %i\n';
const TIMER = `[Timer]
OnCalendar=*-*-* ${String(HOUR).padStart(2, '0')}:40:00 UTC
Persistent=true
[Install]
WantedBy=timers.target
`;
const SCRIPT = '#!/bin/sh\nexit 1\n';

/** Puts the tree on a host, its timers enabled. */
export async function plantOnHost(
  machine: Machine,
  { tree, address, services, isMaintained = true }: OldTree,
): Promise<void> {
  const units = 'etc/systemd/system/stowage-';
  const library = 'usr/local/lib/stowage';
  const maintenance = isMaintained ? ['forget-main', 'prune-main', 'check-main'] : [];
  const jobs = [...services.map((id) => `backup-${id}`), ...maintenance];
  const scripts = ['check-source', 'report-failure', 'restore-main'];
  const more = isMaintained ? ['check-repository', 'forget', 'unlock-stale'] : [];
  const restic = `#!/bin/sh
exec systemd-run --quiet --pipe --wait --collect \\
  --property=User=restic \\
  --setenv='RESTIC_REPOSITORY=${address}' \\
  /bin/sh -c 'exec restic "$$@"' restic "$@"
`;
  const files = {
    ...named([...scripts, ...more], (name) => `${library}/${name}.sh`, SCRIPT),
    ...named(isMaintained ? services : [], (id) => `${library}/forget/main/${id}.sh`, SCRIPT),
    [`${library}/restic-main.sh`]: restic,
    'etc/sysusers.d/stowage.conf': 'u restic - "restic backups" /var/lib/restic /usr/sbin/nologin\n',
    'etc/tmpfiles.d/stowage.conf': 'd /var/lib/restic 0700 restic restic -\n',
    ...named(jobs, (job) => `${units}${job}.service`, SERVICE),
    ...named(jobs, (job) => `${units}${job}.timer`, TIMER),
    [`${units}failure@.service`]: FAILURE,
  };
  await plant(machine, '/', 'root', files, `var/lib/stowage/installed/${tree}`);
  await machine.run(`rm -f ${OLD_RUNS}; touch ${OLD_MAY_END}; systemctl daemon-reload
    systemctl --quiet enable --now ${jobs.map((job) => `stowage-${job}.timer`).join(' ')}`);
}

/** The same of a user with rootless containers, whose secrets lay one folder higher. */
export async function plantForUser(machine: Machine, { tree, address, services }: OldTree): Promise<void> {
  const units = '.config/systemd/user/stowage-';
  const library = '.local/lib/stowage';
  const restic = `#!/bin/sh
exec podman run --rm --interactive --read-only --cap-drop=all \\
  --volume="$HOME/.config/restic/main.password:/run/stowage/restic-password:ro" \\
  localhost/restic:test --repo ${address} "$@"
`;
  const container = '[Container]\nImage=localhost/restic:test\n';
  const files = {
    ...named(services, (id) => `.config/containers/systemd/stowage-backup-${id}.container`, container),
    ...named(services, (id) => `${units}backup-${id}.timer`, TIMER),
    [`${units}failure@.service`]: FAILURE,
    ...named(['check-source', 'report-failure', 'restore-main'], (name) => `${library}/${name}.sh`, SCRIPT),
    [`${library}/restic-main.sh`]: restic,
  };
  await plant(machine, HOME, USER, files, `.local/state/stowage/installed/${tree}`);
  await asUser(machine, "install -d -m 700 .config/restic; echo 'of old' >.config/restic/main.password");
  const timers = services.map((id) => `stowage-backup-${id}.timer`).join(' ');
  await asUser(machine, `systemctl --user daemon-reload; systemctl --user --quiet enable --now ${timers}`);
}

function named(
  names: readonly string[],
  file: (name: string) => string,
  text: string,
): Record<string, string> {
  return Object.fromEntries(names.map((name) => [file(name), text]));
}

/** Puts files below a folder of the machine, and the list that names them. */
async function plant(
  machine: Machine,
  root: string,
  owner: string,
  files: Readonly<Record<string, string>>,
  list: string,
): Promise<void> {
  const lines = Object.keys(files).map((file) => `${path.posix.join(root, file)}\n`);
  const { folder } = makeProject({ ...files, [list]: lines.join('') });
  await machine.copy(folder, '/root/planted');
  // Folders that are there already keep their modes and owners.
  await machine.run(`cd /root/planted; find . -name '*.sh' -exec chmod 755 {} +; chown -R ${owner}: .
    find . -type f -print0 | tar -cf - --null --files-from=- | runuser -u ${owner} -- tar -xpf - -C ${root}`);
}
