import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { Jobs } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';
import { timers } from './lib/units.js';

/** Half a day away: no timer fires by itself while the scenario runs. */
const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main:
    url: /srv/restic
    maintenance: { host: queue }
    forget: ${AWAY}
    prune: ${AWAY}
    check: { schedule: ${AWAY} }
defaults: { schedule: ${AWAY}, spread: 0m }
deployments: [{ runtime: baremetal, host: queue, services: ["*"] }]
`;
const SERVICES = ['s1', 's2', 's3', 's4', 's5', 's6'];
const contract = (id: string) => `service_id: ${id}
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: data, path: /srv/${id} }] }
`;
const job = (service: string): string => `stowage-lab-backup-${service}`;
const stamp = (service: string): string => `/var/lib/systemd/timers/stamp-${job(service)}.timer`;
const TRACE = '/root/trace';
/** While it is there no job goes on; a machine that starts anew does not have it. */
const HOLD = '/run/hold';
const SLOW = `#!/bin/sh
echo "start $1" >>${TRACE}; sleep 0.5
while [ -e ${HOLD} ]; do sleep 0.1; done
echo "end $1" >>${TRACE}
`;

/** What timers start waits for its turn; what people start does not. */
describe('the queue of a host', () => {
  let machine: Machine;
  let jobs: Jobs;
  const trace = async (): Promise<string[]> =>
    (await machine.run(`cat ${TRACE} 2>/dev/null || true`)).stdout.split('\n').slice(0, -1);
  const started = async (): Promise<string[]> =>
    (await trace()).flatMap((line) => (line.startsWith('start ') ? [line.slice(6)] : []));
  const idle = `[ -z "$(systemctl list-units --no-legend --state=active,activating 'stowage-lab-*.service')" ]`;
  const settle = () =>
    machine.run(
      `until ${idle} && [ -z "$(systemctl list-jobs --no-legend 'stowage-lab-*')" ]; do sleep 0.1; done`,
    );
  const waiting = (service: string) => `stowage-lab-queue@${job(service)}.service`;
  /** As after a boot: every timer finds its job overdue at once. */
  const overdue = async (services: readonly string[]): Promise<void> => {
    const units = services.map((service) => `${job(service)}.timer`).join(' ');
    await machine.run(
      `rm -f ${TRACE} /var/cache/stowage/told; systemctl stop ${units}; touch -d '3 days ago' ${services.map(stamp).join(' ')}; systemctl start ${units}`,
    );
  };
  const due = async (): Promise<string[]> => {
    const { stdout } = await machine.run(
      `find /var/lib/systemd/timers -name 'stamp-stowage-lab-backup-*' ! -newermt 2001-01-01`,
    );
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((file) => file.replace(/.*backup-|[.]timer$/g, ''))
      .sort();
  };

  beforeAll(async () => {
    machine = await boot('base', 'queue');
    const services = Object.fromEntries(SERVICES.map((id) => [`services/${id}.yml`, contract(id)]));
    const project = makeProject({ 'stowage.yml': POLICY, ...services });
    await render(project);
    await machine.write('/root/slow', SLOW, '755');
    for (const service of SERVICES) {
      await machine.write(`/srv/${service}/file`, service);
      await machine.write(
        `/etc/systemd/system/${job(service)}.service.d/slow.conf`,
        `[Service]\nExecStartPre=+/root/slow ${service}\nTimeoutStartSec=8\n`,
      );
    }
    jobs = await Jobs.install(machine, project, 'queue');
    await jobs.init('main');
  });

  afterAll(async () => machine.stop());

  test('is what the timers of backups start, and no other timer', async () => {
    const all = await timers(machine);
    expect(all[`${job('s1')}.timer`]?.[0]).toBe(waiting('s1'));
    expect(all['stowage-lab-prune-main.timer']?.[0]).toBe('stowage-lab-prune-main.service');
  });

  test('starts two at once; by hand a third starts at once; a time-out begins when its job does', async () => {
    await machine.run(`touch ${HOLD}`);
    await machine.run(
      `for id in s1 s2 s6; do
        mkdir -p /run/systemd/system/stowage-lab-backup-$id.service.d
        printf '[Service]\\nTimeoutStartSec=1h\\n' >/run/systemd/system/stowage-lab-backup-$id.service.d/z.conf
      done
      systemctl daemon-reload`,
    );
    await overdue(['s1', 's2']);
    await machine.run(`until [ "$(wc -l <${TRACE})" = 2 ]; do sleep 0.1; done`);
    const units = ['s3', 's4'].map((service) => `${job(service)}.timer`).join(' ');
    await machine.run(
      `systemctl stop ${units}; touch -d '3 days ago' ${stamp('s3')} ${stamp('s4')}; systemctl start ${units}`,
    );
    await machine.run(`until systemctl is-active ${waiting('s3')} ${waiting('s4')}; do sleep 0.1; done`);
    const running = machine.run(`rm -f /root/hand; systemctl start ${job('s6')}; echo $? >/root/hand`);
    await machine.run(`until grep -x 'start s6' ${TRACE}; do sleep 0.1; done`);
    // Longer than their time-out.
    await machine.run('sleep 9');
    expect((await started()).sort()).toEqual(['s1', 's2', 's6']);
    expect(await due()).toEqual(['s1', 's2', 's3', 's4']);
    await machine.run(`rm ${HOLD}`);
    await running;
    await settle();
    expect((await started()).sort()).toEqual(['s1', 's2', 's3', 's4', 's6']);
    for (const service of ['s1', 's2', 's3', 's4']) {
      expect(await jobs.snapshots('/srv/restic', service)).toHaveLength(1);
    }
    expect(await due()).toEqual([]);
  }, 120_000);

  test('what a power cut ends, running or waiting, starts again at the next boot: never more than two', async () => {
    await machine.run(`touch ${HOLD}`);
    await overdue(SERVICES);
    await machine.run(`until [ "$(wc -l <${TRACE})" = 2 ]; do sleep 0.1; done`);
    await machine.run(
      `until [ "$(systemctl list-units --no-legend 'stowage-lab-queue@*' | wc -l)" = 6 ]; do sleep 0.1; done`,
    );
    await machine.run(`echo boot >>${TRACE}`);
    expect(await due()).toEqual(SERVICES);
    await machine.crash();
    await machine.powerOn();
    await settle();
    const lines = (await trace()).join('\n').split('boot\n')[1]?.split('\n') ?? [];
    let most = 0;
    let now = 0;
    for (const line of lines) most = Math.max(most, (now += line.startsWith('start ') ? 1 : -1));
    expect({ most, now }).toEqual({ most: 2, now: 0 });
    expect(lines.filter((line) => line.startsWith('end ')).sort()).toEqual(SERVICES.map((id) => `end ${id}`));
    expect(await due()).toEqual([]);
    expect(await jobs.told()).toEqual([]);
  }, 120_000);

  test('a job that fails is reported once, one that cannot be started by its queue', async () => {
    await machine.run(
      'mv /srv/s1 /srv/away; mv /etc/systemd/system/stowage-lab-backup-s2.service* /root; systemctl daemon-reload',
    );
    await overdue(['s1', 's2', 's3']);
    await settle();
    await machine.run('until [ "$(wc -l </var/cache/stowage/told)" = 2 ]; do sleep 0.1; done');
    expect((await jobs.told()).sort()).toEqual([
      'stowage-lab-backup-s1',
      'stowage-lab-queue@stowage-lab-backup-s2',
    ]);
    expect(await started()).toEqual(['s3']);
    await machine.run(
      'mv /srv/away /srv/s1; mv /root/stowage-lab-backup-s2.service* /etc/systemd/system/; systemctl daemon-reload; systemctl reset-failed',
    );
  });

  test('a job that is uninstalled while it waits does not start', async () => {
    await machine.run(`touch ${HOLD}`);
    await overdue(['s1', 's2', 's3']);
    await machine.run(`until [ "$(wc -l <${TRACE})" = 2 ]; do sleep 0.1; done`);
    const running = await started();
    const missing = ['s1', 's2', 's3'].find((service) => !running.includes(service)) ?? '';
    await machine.run(`mv ${jobs.folder}/systemd/${job(missing)}.* /root; ${jobs.folder}/install.sh`);
    await machine.run(`rm ${HOLD}`);
    await settle();
    expect(await started()).not.toContain(missing);
    expect(await jobs.told()).toEqual([]);
    // Which one it was is a matter of chance; the next test has all of them again.
    await machine.run(`mv /root/${job(missing)}.* ${jobs.folder}/systemd; ${jobs.folder}/install.sh`);
  });

  test('a timer that cannot start keeps no other from running, and is reported as a job is', async () => {
    const timer = `${job('s1')}.timer`;
    const dropIn = `/etc/systemd/system/${timer}.d/wake.conf`;
    // No machine of this suite may set an alarm clock.
    await machine.write(dropIn, '[Timer]\nWakeSystem=yes\n');
    await machine.run(
      `rm -f /var/cache/stowage/told; systemctl disable --now $(cd /etc/systemd/system && ls -d stowage-lab-*.timer); systemctl daemon-reload`,
    );
    const failed = await machine.run([`${jobs.folder}/install.sh`], { allowFail: true });
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining(`${timer} does not run`) });
    await machine.run('until [ -s /var/cache/stowage/told ]; do sleep 0.1; done');
    expect(await jobs.told()).toEqual([timer]);
    const all = await timers(machine);
    const rest = Object.entries(all).filter(([name]) => name !== timer);
    expect(rest.length).toBeGreaterThan(5);
    const { stdout } = await machine.run(`systemctl is-active ${rest.map(([name]) => name).join(' ')}`);
    expect(new Set(stdout.split('\n').filter(Boolean))).toEqual(new Set(['active']));
    await machine.run(`rm ${dropIn}; systemctl daemon-reload; ${jobs.folder}/install.sh`);
  });
});
