import type { CommandResult } from './host.js';
import type { Machine } from './machine.js';

/** The user that rootless containers belong to on machines of the suite. */
export const USER = 'media';
export const HOME = `/home/${USER}`;
const UID = '1000';

/** Before a command of root: what the user has after a login. */
export const LOGIN = [
  ...['runuser', '-u', USER, '--', 'env', '-i', `HOME=${HOME}`, 'PATH=/usr/local/bin:/usr/bin:/bin'],
  ...[
    `XDG_RUNTIME_DIR=/run/user/${UID}`,
    `DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/${UID}/bus`,
    'LC_ALL=C.UTF-8',
  ],
];

/** restic of the machine and what a shell script may use, with their libraries: an image without a registry. */
const MAKE_IMAGE = `
cd /; set --
for name in restic sh awk sed grep tr cat tail sort cut mkdir rm mkfifo mktemp tee cmp sleep uname sha256sum date env head; do
  set -- "$@" usr/bin/$name $(ldd usr/bin/$name | grep -o '/[^ ]*')
done
mkdir -p /opt/image/tmp && ln -sfn usr/bin /opt/image/bin
printf '%s\\n' "$@" | sort -u | xargs cp --parents -L -t /opt/image && tar -C /opt/image -cf /opt/image.tar .
`;
const IMPORT = `podman import --quiet --change 'ENTRYPOINT ["/usr/bin/restic"]' /opt/image.tar localhost/restic:test`;

/** Makes the user on a machine booted with a disk for `/home`, and settings with which Podman works there. */
export async function makeUser(machine: Machine): Promise<void> {
  await machine.run(`useradd --uid ${UID} --create-home --shell /bin/sh ${USER}
    usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${USER}
    # Quadlet's jobs wait for it, and nothing here asks for it.
    systemctl start network-online.target`);
  await machine.write('/etc/containers/containers.conf', '[containers]\npids_limit = 0\n');
  await machine.write('/etc/containers/storage.conf', '[storage]\ndriver = "vfs"\n');
}

/** Runs a shell command as the user, below the user's systemd as after a login. */
export async function asUser(machine: Machine, command: string, allowFail = false): Promise<CommandResult> {
  const session = ['systemd-run', '--user', '--quiet', '--wait', '--pipe', '--collect', '--'];
  // systemd replaces variables in arguments.
  const escaped = `cd && ${command}`.replaceAll('$', '$$$$');
  return machine.run([...LOGIN, ...session, 'sh', '-c', escaped], { allowFail });
}

/** Gives the user the image `localhost/restic:test`. */
export async function importImage(machine: Machine): Promise<void> {
  await machine.run(MAKE_IMAGE);
  await asUser(machine, IMPORT);
}
