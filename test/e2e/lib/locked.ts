import type { Machine } from './machine.js';

/**
 * Does something while somebody on the machine has a repository for itself: a prune by hand, stopped as soon as it has its
 * lock, and ended before this returns. It leaves no lock.
 *
 * @param repository folder of the repository on the machine; `password` is the file with its password
 */
export async function whileLocked<Result>(
  machine: Machine,
  repository: string,
  work: () => Promise<Result>,
  password = '/etc/restic/password',
): Promise<Result> {
  const locks = `find ${repository}/locks -type f`;
  // As its owner: a job may not read what root has put there.
  const owner = `--uid=$(stat -c %U ${repository}) --setenv=RESTIC_PASSWORD="$(cat ${password})"`;
  const signal = (name: string) => `systemctl kill --kill-whom=main --signal=${name} locker.service`;
  await machine.run(
    `systemd-run --quiet --collect --unit=locker ${owner} restic --no-cache --repo ${repository} prune
    until [ -n "$(${locks})" ]; do sleep 0.005; done; ${signal('STOP')}`,
    { timeout: 30 },
  );
  try {
    return await work();
  } finally {
    await machine.run(`${signal('KILL')}; rm -f $(${locks})`);
  }
}
