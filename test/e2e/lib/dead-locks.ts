import { expect } from '@jest/globals';
import type { Jobs, JobRun } from './jobs.js';
import { lockFile } from './lock-file.js';

/** Where the stand-in for sleep notes the seconds that it was asked for. */
const SLEPT = '/var/cache/stowage/slept';
/**
 * A sleep that lasts until a lock that somebody renews (`/run/renewed` counts) was renewed, as it is in every 310 seconds of
 * a real one; where nobody does, a moment.
 */
const SLEEP = `#!/bin/sh
echo "$1" >>${SLEPT}
[ -e /run/renewed ] || exec /usr/bin/sleep 0.1
until [ "$(cat /run/renewed)" -ge "$(wc -l <${SLEPT})" ]; do /usr/bin/sleep 0.02; done
`;
/** No process has this number. */
const NOBODY = 4_194_303;

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
export async function locksIn({ machine }: Pick<Jobs, 'machine'>, folder: string): Promise<string[]> {
  const { stdout } = await machine.run(`ls ${folder}/locks | grep -E '^[0-9a-f]{64}$' || true`);
  return stdout.split('\n').filter(Boolean).sort();
}

/** Leaves the lock of a restic that was killed; `wrapper` is what runs it (\`setpriv …\`), root by default. */
async function leaveDeadLock(jobs: Jobs, folder: string, wrapper = ''): Promise<string> {
  const before = await locksIn(jobs, folder);
  await jobs.machine.run(
    `export RESTIC_PASSWORD="$(cat /etc/restic/password)"
    ${wrapper} restic --no-cache --repo ${folder} backup --host dead --stdin-from-command -- \\
      sh -c 'while echo; do sleep 0.1; done' & restic=$!
    until [ "$(ls ${folder}/locks | grep -cE '^[0-9a-f]{64}$')" -gt ${before.length} ]; do sleep 0.05; done
    kill -KILL $restic`,
  );
  const [made = ''] = (await locksIn(jobs, folder)).filter((id) => !before.includes(id));
  return made;
}

/** How a living backup reaches its repository. */
export interface Living {
  /** Where the repository really lies on the machine. */
  readonly folder: string;
  /** What restic calls it. */
  readonly repository: string;
}

/** The snapshot of a living backup has one file of this name, with this text. */
const LIVING = { file: 'said', text: 'first\nlast\n' };
/** More than a watch asks for before the dead are gone. */
const RENEWALS = 40;

/**
 * Renews the lock \`$2\` in the folder \`$1\` as a living restic does, by one with a new id, before each sleep of the watch is
 * over; the new ones are in \`/run/renewals\`. In the end the first one is back, so that its restic can remove it.
 */
const RENEW = `#!/bin/sh
folder=$1 first=$2 last=$2 count=0
slept() { cat ${SLEPT} 2>/dev/null | wc -l; }
cp -p "$folder/locks/$first" /run/first
for file in /run/renewals/*; do
  until [ "$(slept)" -gt "$count" ] || [ ! -e /run/renewed ]; do sleep 0.02; done
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
 * Its lock is renewed all the time, and every one of them is dead by the word of \`restic unlock\`: an hour old, of this
 * machine's host name, and of a process that is not here. Fails unless the backup ends well and can be read back.
 */
async function besideLivingBackup<Result>(
  jobs: Jobs,
  { folder, repository }: Living,
  work: () => Promise<Result>,
): Promise<Result> {
  const { machine } = jobs;
  const before = await locksIn(jobs, folder);
  await machine.write(
    '/opt/living',
    `#!/bin/sh
hostname elsewhere
export HOME=/var/lib/restic RESTIC_PASSWORD="$(cat /etc/restic/password)" RESTIC_REPOSITORY=${repository}
exec setpriv --reuid=restic --regid=restic --init-groups restic --no-cache backup --host living --stdin-filename ${LIVING.file} \\
  --stdin-from-command -- sh -c 'echo first; until [ -e /run/finish ]; do sleep 0.1; done; echo last'
`,
    '755',
  );
  await machine.run(`rm -f /run/finish; systemd-run --quiet --unit=living unshare --uts --pid --fork --mount-proc /opt/living
    until [ "$(ls ${folder}/locks | grep -cE '^[0-9a-f]{64}$')" -gt ${before.length} ]; do sleep 0.05; done`);
  const [first = ''] = (await locksIn(jobs, folder)).filter((id) => !before.includes(id));
  await prepareRenewals(jobs, folder, first);
  await machine.write('/opt/renew', RENEW, '755');
  await machine.run(
    `rm -f ${SLEPT}; echo 0 >/run/renewed; systemd-run --quiet --unit=renew /opt/renew ${folder} ${first}`,
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
    expect(await jobs.restic(folder, 'dump', 'latest', LIVING.file, '--host', 'living')).toBe(LIVING.text);
  }
}

async function prepareRenewals(jobs: Jobs, folder: string, first: string): Promise<void> {
  const lock = JSON.parse(await jobs.restic(folder, 'cat', 'lock', first)) as Record<string, unknown>;
  const key = await jobs.restic(folder, 'cat', 'masterkey');
  expect(lock).toMatchObject({ hostname: 'elsewhere' });
  const HOUR_MS = 3_600_000;
  const stale = {
    ...lock,
    time: new Date(Date.now() - HOUR_MS).toISOString(),
    hostname: (await jobs.machine.run('uname -n')).stdout.trim(),
    pid: NOBODY,
  };
  const files = Array.from({ length: RENEWALS }, () => lockFile(key, stale));
  await jobs.machine.run(
    `rm -rf /run/renewals; mkdir /run/renewals; n=100
    while read -r id content; do n=$((n + 1)); echo "$content" | base64 -d >/run/renewals/$n-$id; done
    # What restic makes of one.
    rm -rf /run/judged; cp -a ${folder} /run/judged; rm -f /run/judged/locks/*; set -- /run/renewals/*; cp "$1" "/run/judged/locks/\${1##*-}"`,
    { input: files.map(({ id, content }) => `${id} ${content.toString('base64')}\n`).join('') },
  );
  await jobs.machine.run(
    'restic --quiet --no-cache --repo /run/judged --password-file /etc/restic/password unlock',
  );
  expect(await locksIn(jobs, '/run/judged')).toEqual([]);
}

/**
 * Of locks of killed processes and that of a living backup the watch removes the dead, and nothing else; every snapshot stays.
 *
 * @param wrappers what runs each restic that is killed
 */
export async function onlyTheDeadGo(
  jobs: Jobs,
  name: string,
  living: Living,
  wrappers: readonly string[],
): Promise<void> {
  const { folder } = living;
  const before = await jobs.snapshotIds(folder);
  await besideLivingBackup(jobs, living, async () => {
    const dead: string[] = [];
    for (const wrapper of wrappers) dead.push(await leaveDeadLock(jobs, folder, wrapper));
    const all = await locksIn(jobs, folder);
    expect(all).toEqual(expect.arrayContaining(dead));
    expect(all).toHaveLength(dead.length + 1);
    const { journal } = await removeDeadLocks(jobs, name, { until: dead });
    const [, removed = ''] = /removed the locks of processes that are gone: (.*)\n/.exec(journal) ?? [];
    expect(removed.trim().split(' ').sort()).toEqual(dead.toSorted());
    const left = await locksIn(jobs, folder);
    expect(left.filter((id) => dead.includes(id))).toEqual([]);
    expect(left).not.toEqual([]);
  });
  expect(await locksIn(jobs, folder)).toEqual([]);
  expect(await jobs.snapshotIds(folder)).toEqual(expect.arrayContaining(before));
  await jobs.check(folder);
}
