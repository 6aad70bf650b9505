import type { Jobs, JobRun } from './jobs.js';
import type { Machine } from './machine.js';

/** Where the stand-in for sleep notes the seconds that it was asked for. */
const SLEPT = '/var/cache/stowage/slept';
/**
 * A sleep that lasts until a lock that somebody renews (`/run/renewed` counts) was renewed, as it is in every 310 seconds of
 * a real one; where nobody does, a moment.
 */
const SLEEP = `#!/bin/sh
echo "$1" >>${SLEPT}
[ -e /run/renewed ] || exec /usr/bin/sleep 0.1
count=$(cat /run/renewed)
until [ "$(cat /run/renewed)" -ge $((count + 2)) ]; do /usr/bin/sleep 0.05; done
`;

/** Runs the job that removes dead locks, with sleeps that are over sooner; and the seconds that it would have slept. */
export async function removeDeadLocks(
  jobs: Jobs,
  repository: string,
  { until }: { readonly until?: readonly string[] } = {},
): Promise<Omit<JobRun, 'why'> & { readonly slept: number }> {
  const { machine } = jobs;
  const unit = `stowage-lab-locks-${repository}.service`;
  await machine.write('/opt/quick/sleep', SLEEP, '755');
  await machine.write(
    `/etc/systemd/system/${unit}.d/quick.conf`,
    '[Service]\nEnvironment=PATH=/opt/quick:/usr/local/bin:/usr/bin:/bin\n',
  );
  await machine.run(`systemctl daemon-reload; rm -f ${SLEPT}`);
  const since = (
    await machine.run("journalctl --lines=0 --show-cursor | sed -n 's/^-- cursor: //p'")
  ).stdout.trim();
  const said = async () =>
    (await machine.run(`journalctl --sync; journalctl -u ${unit} -o cat --after-cursor='${since}'`)).stdout;
  await machine.run(`systemctl reset-failed; systemctl start ${unit}`);
  if (until === undefined) {
    await machine.run(`while systemctl is-active --quiet ${unit}; do sleep 0.1; done`, { timeout: 60 });
  } else {
    // Beside a living lock it goes on watching.
    for (let tries = 0; tries < 300; tries += 1) {
      const journal = await said();
      if (until.every((id) => journal.includes(id))) break;
      await machine.run('sleep 0.1');
    }
    await machine.run(`systemctl stop ${unit}`);
  }
  const { ok, told } = await jobs.end(`locks-${repository}`);
  const seconds = (await machine.run(`cat ${SLEPT} 2>/dev/null || true`)).stdout.split('\n').filter(Boolean);
  return { ok, told, journal: await said(), slept: seconds.reduce((sum, text) => sum + Number(text), 0) };
}

/** Ids of the locks in a repository in a folder of the machine, sorted. */
export async function locksIn({ machine }: { readonly machine: Machine }, folder: string): Promise<string[]> {
  const { stdout } = await machine.run(`ls ${folder}/locks | grep -E '^[0-9a-f]{64}$' || true`);
  return stdout.split('\n').filter(Boolean).sort();
}

/** Leaves the lock of a restic that was killed; `wrapper` is what runs it (\`setpriv …\`), root by default. */
export async function leaveDeadLock(jobs: Jobs, folder: string, wrapper = ''): Promise<string> {
  const before = await locksIn(jobs, folder);
  await jobs.machine.run(
    `export RESTIC_PASSWORD="$(cat /etc/restic/password)"
    ${wrapper} restic --no-cache --repo ${folder} backup --host dead --stdin-from-command -- /usr/bin/sleep 61 & restic=$!
    until [ "$(ls ${folder}/locks | grep -cE '^[0-9a-f]{64}$')" -gt ${before.length} ]; do sleep 0.05; done
    kill -KILL $restic; pkill -KILL -f 'sleep 61' || true`,
  );
  const [made = ''] = (await locksIn(jobs, folder)).filter((id) => !before.includes(id));
  return made;
}

/**
 * Keeps a lock alive as a restic does, by replacing it with one of a new id; here all the time, and each in a process name
 * space of its own under one host name, this machine's by default: by the word of \`restic unlock\` its process is gone. Ends
 * with `work`.
 */
export async function besideLivingLock<Result>(
  { machine }: { readonly machine: Machine },
  folder: string,
  work: () => Promise<Result>,
  hostName = '$(uname -n)',
): Promise<Result> {
  await machine.write(
    '/opt/living',
    `#!/bin/sh
export RESTIC_PASSWORD="$(cat /etc/restic/password)"
count=0 old=
listed() { ls ${folder}/locks | grep -cE '^[0-9a-f]{64}$'; }
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
