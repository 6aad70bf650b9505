import { expect } from '@jest/globals';
import { resticOf } from './jobs.js';
import { lockSays, locksIn, plantLocks } from './lock-file.js';
import type { Machine } from './machine.js';

/** A backup beside which something happens. */
export interface Living {
  /** Where the repository really lies on the machine. */
  readonly folder: string;
  /** What restic calls it. */
  readonly repository: string;
  /** As whom it runs. */
  readonly user: 'root' | 'restic';
  /** A shell command that prints how often whoever watches its lock has begun to sleep. */
  readonly slept: string;
  /** What its lock says: how many minutes ago it was made, on which host (by default the machine), of which process. */
  readonly says: { readonly minutesAgo?: number; readonly hostname?: string; readonly pid?: number };
}

/** By the word of \`restic unlock\` whoever says this is dead, twice: it is too old, and nobody on the machine has this number. */
export const LOOKS_DEAD: Living['says'] = { minutesAgo: 60, pid: 4_194_303 };

/** The snapshot of a living backup has one file of this name, with this text. */
const SAVED = { file: 'said', text: 'first\nlast\n' };
/** The host name of the machine on which it runs, which has process numbers of its own. */
export const ELSEWHERE = 'elsewhere';
/** More than a watch asks for before the dead are gone. */
const RENEWALS = 40;

/**
 * Renews the lock \`$2\` in the folder \`$1\` as a living restic does, by one with a new id, in each sleep of the watch (how many
 * there were says the command \`$3\`, and \`/run/renewed\` how often it was renewed); the new ones are in \`/run/renewals\`. In the
 * end the first one is back, so that its restic can remove it.
 */
const RENEW = `#!/bin/sh
folder=$1 first=$2 last=$2 slept=$3 count=0
cp -p "$folder/locks/$first" /run/first
for file in /run/renewals/*; do
  until [ "$(eval "$slept")" -gt "$count" ] || [ ! -e /run/renewed ]; do sleep 0.02; done
  [ -e /run/renewed ] || break
  chown --reference=/run/first "$file"
  mv "$file" "$folder/locks/\${file##*-}" && rm "$folder/locks/$last"
  last=\${file##*-} count=$((count + 1))
  echo "$count" >/run/count && mv /run/count /run/renewed
done
while [ -e /run/renewed ]; do sleep 0.02; done
mv /run/first "$folder/locks/$first"
[ "$last" = "$first" ] || rm "$folder/locks/$last"
`;

/**
 * Does something beside a real backup by another machine, of its own host name and process numbers, and lets that backup end.
 * Its lock is renewed all the time. Fails unless the backup ends well and can be read back.
 */
export async function besideLivingBackup<Result>(
  machine: Machine,
  living: Living,
  work: () => Promise<Result>,
): Promise<Result> {
  const { folder, repository, user, slept } = living;
  const before = await locksIn(machine, folder);
  await machine.write(
    '/opt/living',
    `#!/bin/sh
hostname ${ELSEWHERE}
export HOME=/var/lib/restic RESTIC_PASSWORD="$(cat /etc/restic/password)" RESTIC_REPOSITORY=${repository}
exec setpriv --reuid=${user} --regid=${user} --init-groups restic --no-cache backup --host living --stdin-filename ${SAVED.file} \\
  --stdin-from-command -- sh -c 'echo first; until [ -e /run/finish ]; do sleep 0.1; done; echo last'
`,
    '755',
  );
  await machine.run(`rm -f /run/finish; systemd-run --quiet --unit=living unshare --uts --pid --fork --mount-proc /opt/living
    until [ "$(ls ${folder}/locks | grep -cE '^[0-9a-f]{64}$')" -gt ${before.length} ]; do sleep 0.05; done`);
  const [first = ''] = (await locksIn(machine, folder)).filter((id) => !before.includes(id));
  await prepareRenewals(machine, living, first);
  await machine.write('/opt/renew', RENEW, '755');
  await machine.run(
    `echo 0 >/run/renewed; systemd-run --quiet --unit=renew /opt/renew ${folder} ${first} '${slept}'`,
  );
  try {
    return await work();
  } finally {
    await machine.run(`rm -f /run/renewed; while systemctl --quiet is-active renew; do sleep 0.05; done
      touch /run/finish; while systemctl --quiet is-active living; do sleep 0.05; done`);
    const ended = await machine.run(
      'systemctl is-failed renew living; journalctl -o cat -u living -u renew',
      {
        allowFail: true,
      },
    );
    expect(ended.stdout).toMatch(/^inactive\ninactive\n/);
    const saved = await resticOf(machine, folder, 'dump', 'latest', SAVED.file, '--host', 'living');
    expect(saved).toBe(SAVED.text);
  }
}

async function prepareRenewals(machine: Machine, { folder, says }: Living, first: string): Promise<void> {
  const lock = await lockSays(machine, folder, first);
  expect(lock).toMatchObject({ hostname: ELSEWHERE });
  const own = (await machine.run('uname -n')).stdout.trim();
  const { minutesAgo = 0, hostname = own, pid = lock.pid } = says;
  const renewed = { ...lock, pid, hostname, time: new Date(Date.now() - minutesAgo * 60_000).toISOString() };
  await machine.run('rm -rf /run/renewals');
  await plantLocks(
    machine,
    folder,
    Array.from({ length: RENEWALS }, () => renewed),
    '/run/renewals',
  );
  // What restic makes of one.
  await machine.run(
    `rm -rf /run/judged; cp -a ${folder} /run/judged; rm -f /run/judged/locks/*
    set -- /run/renewals/*; cp "$1" "/run/judged/locks/\${1##*-}"
    restic --quiet --no-cache --repo /run/judged --password-file /etc/restic/password unlock`,
  );
  expect(await locksIn(machine, '/run/judged')).toHaveLength(minutesAgo > 30 || hostname === own ? 0 : 1);
}
