import { expect } from '@jest/globals';
import type { Jobs, JobRun } from './jobs.js';
import { besideLivingBackup, LOOKS_DEAD } from './living-lock.js';
import { locksIn } from './lock-file.js';

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

/** Leaves the lock of a restic that was killed; `wrapper` is what runs it (\`setpriv …\`), root by default. */
async function leaveDeadLock(jobs: Jobs, folder: string, wrapper = ''): Promise<string> {
  const before = await locksIn(jobs.machine, folder);
  await jobs.machine.run(
    `export RESTIC_PASSWORD="$(cat /etc/restic/password)"
    ${wrapper} restic --no-cache --repo ${folder} backup --host dead --stdin-from-command -- \\
      sh -c 'while echo; do sleep 0.1; done' & restic=$!
    until [ "$(ls ${folder}/locks | grep -cE '^[0-9a-f]{64}$')" -gt ${before.length} ]; do sleep 0.05; done
    kill -KILL $restic`,
  );
  const [made = ''] = (await locksIn(jobs.machine, folder)).filter((id) => !before.includes(id));
  return made;
}

/** Where a repository is. */
export interface Place {
  /** Where it really lies on the machine. */
  readonly folder: string;
  /** What restic calls it. */
  readonly repository: string;
}

/**
 * Of locks of killed processes and that of a living backup the watch removes the dead, and nothing else; every snapshot stays.
 *
 * @param place of the repository called `name`
 * @param wrappers what runs each restic that is killed
 */
export async function onlyTheDeadGo(
  jobs: Jobs,
  name: string,
  place: Place,
  wrappers: readonly string[],
): Promise<void> {
  const { folder } = place;
  const before = await jobs.snapshotIds(folder);
  const slept = `cat ${SLEPT} 2>/dev/null | wc -l`;
  await jobs.machine.run(`rm -f ${SLEPT}`);
  await besideLivingBackup(jobs.machine, { ...place, user: 'restic', slept, says: LOOKS_DEAD }, async () => {
    const dead: string[] = [];
    for (const wrapper of wrappers) dead.push(await leaveDeadLock(jobs, folder, wrapper));
    const all = await locksIn(jobs.machine, folder);
    expect(all).toEqual(expect.arrayContaining(dead));
    expect(all).toHaveLength(dead.length + 1);
    const { journal } = await removeDeadLocks(jobs, name, { until: dead });
    const [, removed = ''] = /removed the locks of processes that are gone: (.*)\n/.exec(journal) ?? [];
    expect(removed.trim().split(' ').sort()).toEqual(dead.toSorted());
    const left = await locksIn(jobs.machine, folder);
    expect(left.filter((id) => dead.includes(id))).toEqual([]);
    expect(left).not.toEqual([]);
  });
  expect(await locksIn(jobs.machine, folder)).toEqual([]);
  expect(await jobs.snapshotIds(folder)).toEqual(expect.arrayContaining(before));
  await jobs.check(folder);
}
