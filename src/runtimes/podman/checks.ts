import { settingsOf } from './settings.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { declaredIn, isAtOrBelow } from '../../locate/pairing.js';
import { copied } from '../../model/volume.js';
import { helperOf, holdsRclone } from '../../model/repository-url.js';
import { contractsInPlace, type Check, type CheckInput } from '../../model/check.js';
import { locator } from './locate.js';

/** Folders of the system; no user without root owns what is in them (hier(7)), or it is another engine's store. */
const SYSTEM_FOLDERS = [
  ...['/bin', '/boot', '/dev', '/efi', '/etc', '/lib', '/lib64', '/proc', '/root', '/sbin', '/sys', '/usr'],
  ...['/var/lib/containers', '/var/lib/docker', '/var/lib/kubelet', '/var/lib/lxc', '/var/lib/machines'],
  ...['/var/lib/rancher', '/var/lib/vz', '/var/spool/cron'],
];
/** What stands in `Volume=` as it is: Quadlet unquotes nothing there, and systemd expands `$` in what it makes of it. */
const MOUNTABLE = /^[\p{L}\p{M}\p{N}_/.%@+,=-]*$/u;

/** A rootless job reads with its user's rights: it can neither back up nor restore what belongs to the system. */
const privilegedPath: Check = (input) =>
  rootless(input)
    .filter(({ volume }) => volume.kind === 'host_path' && isSystemPath(volume.location))
    .map(({ contract, volume, pointer }): Diagnostic => ({
      code: 'STW570',
      severity: 'error',
      message: `\`${volume.location}\` belongs to the system, so a rootless service cannot keep data there`,
      span: contract.document.span(pointer),
      hint: "set `quadlet_scope: system`, or move the data to a folder of the user's own",
    }));

/** What Quadlet's `Volume=` has no way to write. */
const unmountablePath: Check = (input) =>
  rootless(input)
    .filter(({ volume }) => !MOUNTABLE.test(volume.location.replace(/^\$HOME\//, '/')))
    .map(({ contract, volume, pointer }): Diagnostic => ({
      code: 'STW571',
      severity: 'error',
      message: `\`${volume.location}\` holds a character that Quadlet cannot mount, such as a space, \`:\` or \`$\``,
      span: contract.document.span(pointer),
      hint: 'rename the folder, or set `quadlet_scope: system`',
    }));

/** A local repository is mounted into the job too. */
const unmountableRepository: Check = ({ policy, plan }) => {
  const used = new Set(
    plan.services
      .filter(({ placements }) => placements.some(({ scope }) => scope === 'user'))
      .map(({ repository }) => repository),
  );
  return plan.repositories
    .filter(({ name, local_path }) => used.has(name) && local_path !== null && !isMountableRoot(local_path))
    .map(({ name, local_path }): Diagnostic => ({
      code: 'STW572',
      severity: 'error',
      message: `\`${local_path ?? ''}\` cannot be mounted into the rootless jobs that use repository \`${name}\``,
      span: policy.document.span(['repositories', name, 'url']),
      hint: 'use an absolute path without spaces, `:` and `$`, or a repository with a network address',
    }));
};

/** Repositories that another program reaches. Jobs have the SSH keys and the rclone.conf of their user. */
const unreachableRepository: Check = ({ policy, plan }) => {
  const { image } = settingsOf(policy.runtimes);
  if (holdsRclone(image)) return [];
  const used = new Set(
    plan.services
      .filter(({ placements }) => placements.some(({ scope }) => scope === 'user'))
      .map(({ repository }) => repository),
  );
  return policy.repositories
    .filter(({ name, url }) => used.has(name) && helperOf(url) === 'rclone')
    .map(({ name, pointer }): Diagnostic => ({
      code: 'STW350',
      severity: 'error',
      message: `rootless jobs that use repository \`${name}\` need the program rclone, which the image \`${image}\` does not hold`,
      span: policy.document.span([...pointer, 'url']),
      hint: 'set `runtimes.podman.image` to an image with restic and rclone, or let these services use another repository',
    }));
};

function isMountableRoot(path: string): boolean {
  return path.startsWith('/') && path !== '/' && MOUNTABLE.test(path);
}

/** Every volume of a rootless service that is backed up, with where its contract declares it. */
function rootless({ deployed, plan }: CheckInput) {
  const contractOf = contractsInPlace({ deployed });
  return plan.services.flatMap(({ service_id, placements }) =>
    placements
      .filter(({ scope }) => scope === 'user')
      .flatMap((placement) => {
        const contract = contractOf(service_id, placement);
        if (contract === undefined) return [];
        return copied(placement.volumes).map((volume) => ({
          ...{ contract, volume },
          pointer: declaredIn(contract, volume.volume, locator.mounted(contract)),
        }));
      }),
  );
}

function isSystemPath(path: string): boolean {
  if (isAtOrBelow(path, '/run')) return !isAtOrBelow(path, '/run/user');
  return (
    path === '/' || SYSTEM_FOLDERS.some((folder) => isAtOrBelow(path, folder) || isAtOrBelow(folder, path))
  );
}

export const CHECKS: readonly Check[] = [
  privilegedPath,
  unmountablePath,
  unmountableRepository,
  unreachableRepository,
];
