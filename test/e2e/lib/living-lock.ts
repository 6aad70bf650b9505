import type { Machine } from './machine.js';

/**
 * Keeps a lock alive as a restic does, by replacing it with one of a new id; here all the time, and each in a process name
 * space of its own under this host name: by the word of \`restic unlock\` its process is gone. Ends
 * with `work`.
 */
export async function besideLivingLock<Result>(
  machine: Machine,
  folder: string,
  hostName: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await machine.write(
    '/opt/living',
    `#!/bin/sh
export RESTIC_PASSWORD="$(cat /etc/restic/password)"
count=0 old=
while [ -e /run/living ]; do
  before=$(ls ${folder}/locks)
  unshare --uts --pid --fork --mount-proc --kill-child=KILL sh -c 'hostname "$1"; shift; exec "$@"' sh "${hostName}" \\
    restic --no-cache --repo ${folder} backup --host living \\
    --stdin-from-command -- /usr/bin/sleep 300 & new=$!
  until [ "$(ls ${folder}/locks | grep -E '^[0-9a-f]{64}$' | grep -vcxF "$before")" -gt 0 ]; do sleep 0.05; done
  added=$(ls ${folder}/locks | grep -E '^[0-9a-f]{64}$' | grep -vxF "$before" | head -1)
  [ -z "$old" ] || { kill -KILL $old; rm -f ${folder}/locks/$last; }
  old=$new last=$added count=$((count + 1))
  echo $count >/run/renewed.new && mv /run/renewed.new /run/renewed
  sleep 0.1
done
kill -KILL $old; rm -f ${folder}/locks/$last /run/renewed
`,
    '755',
  );
  await machine.run(
    'touch /run/living; systemd-run --quiet --collect --unit=living /opt/living; until [ -e /run/renewed ]; do sleep 0.05; done',
  );
  try {
    return await work();
  } finally {
    await machine.run('rm -f /run/living; while systemctl is-active --quiet living; do sleep 0.1; done');
  }
}
