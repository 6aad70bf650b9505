import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { BARE, importBareImage, PROGRAMS } from './lib/bare-image.js';
import { Jobs } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';
import { asUser, HOME, importImage, makeUser } from './lib/rootless.js';

/** How often a job is killed. The long form does it more often. */
const KILLS = Number(process.env.STOWAGE_QUIESCE_KILLS ?? 8);

const REPOSITORY = '/srv/restic';
const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  nas: { url: ${REPOSITORY}, maintenance: { host: quiet1 } }
  user: { url: ${HOME}/repository, maintenance: { host: elsewhere } }
defaults: { repository: nas, schedule: ${AWAY}, timezone: UTC, spread: 0m, retention: { keep_last: 9 } }
deployments:
  - { runtime: baremetal, host: quiet1, services: [metal] }
  - { runtime: docker, host: quiet1, services: [shop, vault] }
  - { runtime: podman, host: quiet1, services: [blog, notes] }
runtimes: { podman: { image: "localhost/restic:test", user: media } }
`;

const mounts = 'mounts: { persistent_volumes: [{ name: data, path: /data }] }';
const CONTRACTS = {
  'services/shop.yml': `service_id: shop
services:
  - { name: db, volumes: ["data:/data"] }
  - { name: web, volumes: ["data:/data"] }
  - { name: resting, volumes: ["data:/data"] }
${mounts}
runtime_templates: { docker: d }
backup:
  quiesce: { mode: stop, before: ["echo before >>/run/shop"], after: [[sh, -c, "echo after >>/run/shop"]] }
  hooks:
    before: ["test ! -e /run/broken", "if [ -e /run/slow ]; then touch /run/slowly; sleep 5; fi", "echo begin $RESTIC_PASSWORD_FILE >>/run/hooks"]
    after: [[sh, -c, "echo end >>/run/hooks"]]
    on_success: ['echo "it''s 100% well" >>/run/hooks']
    on_failure: ["echo bad >>/run/hooks"]
`,
  'services/vault.yml': `service_id: vault
service_volumes: [{ name: data, target: /data }]
${mounts}
runtime_templates: { docker: d }
service_image: docker.io/vaultwarden/server:1.33
backup: { quiesce: pause }
`,
  'services/blog.yml': `service_id: blog
service_volumes: [{ name: data, source: blog, target: /data }]
${mounts}
runtime_templates: { podman: p }
backup: { quiesce: stop }
`,
  'services/metal.yml': `service_id: metal
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: data, path: /srv/metal }] }
backup: { quiesce: { mode: pause } }
`,
  'services/notes.yml': `service_id: notes
quadlet_scope: user
service_volumes: [{ name: data, source: notes, target: /data }]
${mounts}
runtime_templates: { podman: p }
backup: { repository: user, quiesce: pause }
`,
};

/** Two rows that are moved to and fro in one transaction, for ever. */
const WRITER = `sqlite3 /data/db.sqlite3 'pragma journal_mode = wal; create table if not exists pair (id integer primary key, n integer);
insert or ignore into pair values (1, 0), (2, 0)'
while :; do sqlite3 /data/db.sqlite3 'begin; update pair set n = n + 1 where id = 1; update pair set n = n - 1 where id = 2; commit'; done`;

const service = (command: readonly string[], restart = 'no') => ({
  ...{ image: BARE, network_mode: 'none', restart, stop_grace_period: '1s' },
  ...{ command, volumes: [...PROGRAMS, 'data:/data'] },
});
const IDLE = ['sleep', 'infinity'];
const SHOP = JSON.stringify({
  services: {
    db: service(IDLE),
    web: { ...service(IDLE, 'unless-stopped'), depends_on: ['db'] },
    resting: service(IDLE),
  },
  volumes: { data: {} },
});
const VAULT = JSON.stringify({
  services: { vault: service(['sh', '-euc', WRITER], 'unless-stopped') },
  volumes: { data: {} },
});
const quadlet = (volume: string) => `[Container]
Image=${BARE}
Network=none
Volume=/usr:/usr:ro
Volume=/etc:/etc:ro
Volume=${volume}:/data
Exec=sleep infinity
PodmanArgs=--stop-timeout=1
[Service]
Restart=always
`;
/** Goes down with the unit that it needs. */
const DEPENDENT = `[Unit]
Requires=blog.service
After=blog.service
[Service]
ExecStart=sleep infinity
`;
const METAL = `[Service]
ExecStart=sh -c 'while :; do echo x >>/srv/metal/log; sleep 0.01; done'
`;

describe('jobs for which something stands still', () => {
  let machine: Machine;
  let jobs: Jobs;
  const run = async (command: string) => (await machine.run(command)).stdout.trim();
  const states = async (project: string) =>
    run(
      `docker ps --all --filter label=com.docker.compose.project=${project} --format '{{.Names}} {{.State}}' | sort`,
    );
  const SHOP_RUNS = 'shop-db-1 running\nshop-resting-1 exited\nshop-web-1 running';
  const owed = () =>
    run('find /var/lib/stowage/lab/owed -mindepth 2; find /var/lib/stowage/lab/owed -name "*.held"');
  /** Until nothing is owed any more. */
  const settled = () =>
    run(
      'for try in $(seq 300); do [ -n "$(find /var/lib/stowage/lab/owed -mindepth 1 -type d)" ] || exit 0; sleep 0.2; done; find /var/lib/stowage/lab/owed; journalctl -n 30 -u stowage-lab-recover.service; exit 1',
    );

  beforeAll(async () => {
    machine = await boot('databases', 'quiet1', {
      disks: ['/var/lib/docker', '/var/lib/containers', '/home'],
    });
    const project = makeProject({ 'stowage.yml': POLICY, ...CONTRACTS });
    await render(project);
    await makeUser(machine);
    await importBareImage(machine);
    await machine.write('/opt/shop/compose.yaml', SHOP);
    await machine.write('/opt/vault/compose.yaml', VAULT);
    await machine.run(`systemctl enable docker.service
      for name in shop vault; do (cd /opt/$name && docker compose up --detach --quiet-pull) || exit; done
      docker stop --time 1 shop-resting-1; echo kept >/var/lib/docker/volumes/shop_data/_data/file`);
    await machine.write('/etc/containers/systemd/blog.container', quadlet('systemd-blog'));
    await machine.write('/etc/systemd/system/reader.service', DEPENDENT);
    await machine.write('/etc/systemd/system/metal.service', METAL);
    await machine.run(`mkdir -p /srv/metal; systemctl daemon-reload; systemctl start blog.service reader.service metal.service
      echo kept >/var/lib/containers/storage/volumes/systemd-blog/_data/file`);
    await machine.copy(path.join(project.rendered, 'hosts/quiet1/user'), '/opt/user');
    jobs = await Jobs.install(machine, project, 'quiet1');
    await jobs.init('nas');
  });

  afterAll(async () => machine.stop());

  test('Compose: what ran is stopped while files are read and runs again; what was off stays off; hooks run in order', async () => {
    await machine.run('rm -f /run/hooks /run/shop');
    const seen = machine.run(
      'for try in $(seq 2000); do docker ps --all --format "{{.Names}} {{.State}}" | grep -qx "shop-web-1 exited" && exit; sleep 0.02; done; exit 1',
    );
    expect(await jobs.start('backup-shop')).toMatchObject({ ok: true });
    await seen;
    expect(await states('shop')).toBe(SHOP_RUNS);
    expect(await run('cat /run/hooks')).toBe("begin\nend\nit's 100% well");
    expect(await run('cat /run/shop')).toBe('before\nafter');
    expect(await owed()).toBe('');
  });

  test('a hook that fails fails the job before anything stands still, and what comes after a failure runs', async () => {
    await machine.run('touch /run/broken; rm -f /run/hooks /run/shop');
    const before = await run('docker inspect --format "{{.State.StartedAt}}" shop-web-1');
    expect(await jobs.start('backup-shop')).toMatchObject({ ok: false, told: ['stowage-lab-backup-shop'] });
    expect(await run('cat /run/hooks')).toBe('end\nbad');
    expect(await run('[ -e /run/shop ] || echo none')).toBe('none');
    expect(await run('docker inspect --format "{{.State.StartedAt}}" shop-web-1')).toBe(before);
    await machine.run('rm /run/broken');
  });

  test('a source that is missing, a password that is wrong: nothing is stopped, or it runs again', async () => {
    const volume = '/var/lib/docker/volumes/shop_data/_data';
    await machine.run(`mv ${volume}/file /root/file`);
    expect((await jobs.start('backup-shop')).ok).toBe(false);
    expect(await states('shop')).toBe(SHOP_RUNS);
    await machine.run(`mv /root/file ${volume}/file; echo wrong >/etc/restic/password`);
    const before = await run('docker inspect --format "{{.State.StartedAt}}" shop-web-1');
    expect((await jobs.start('backup-shop')).ok).toBe(false);
    expect(await run('docker inspect --format "{{.State.StartedAt}}" shop-web-1')).toBe(before);
    await machine.run('echo "a password" >/etc/restic/password');
    expect(await owed()).toBe('');
  });

  const inTheMiddle = async (command: string) => {
    await jobs.freeze('backup-shop', '[ -e /var/lib/stowage/lab/owed/stowage-lab-backup-shop.held ]');
    await machine.run(command);
    await jobs.signal('backup-shop', 'CONT');
    return jobs.end('backup-shop');
  };

  test('a container that somebody starts in the middle fails the job', async () => {
    expect((await inTheMiddle('docker start shop-web-1')).ok).toBe(false);
    expect(await states('shop')).toBe(SHOP_RUNS);
    expect(await owed()).toBe('');
  });

  test('an engine that is restarted in the middle: what ran runs again, what was off stays off', async () => {
    await inTheMiddle('systemctl restart docker.service');
    await settled();
    expect(await states('shop')).toBe(SHOP_RUNS);
  });

  test('a job that is stopped before restic runs is no success for its hooks', async () => {
    await machine.run(`rm -f /run/hooks; touch /run/slow; unit=stowage-lab-backup-shop.service
      systemctl reset-failed; systemctl start --no-block $unit
      until [ -e /run/slowly ]; do sleep 0.05; done; systemctl stop $unit; rm /run/slow`);
    expect(await run('cat /run/hooks')).toBe('end\nbad');
    expect(await owed()).toBe('');
  });

  test('a job whose unit is replaced by one that knows nothing of it: everything runs again', async () => {
    const project = makeProject({
      'stowage.yml': POLICY,
      ...CONTRACTS,
      'services/shop.yml': CONTRACTS['services/shop.yml'].replace(/backup:[^]*/, ''),
    });
    await render(project);
    await machine.copy(path.join(project.rendered, 'hosts/quiet1'), '/root/other/quiet1');
    await inTheMiddle('/root/other/quiet1/install.sh');
    await settled();
    expect(await states('shop')).toBe(SHOP_RUNS);
    await machine.run([`${jobs.folder}/install.sh`]);
  });

  test('Compose: a database that is frozen while it writes restores whole', async () => {
    for (let round = 0; round < 3; round += 1) {
      expect(await jobs.start('backup-vault')).toMatchObject({ ok: true });
      await machine.run(
        'rm -rf /root/vault; /usr/local/lib/stowage/lab/restore-nas.sh latest /backup/vault/data /root/vault --tag service:vault --host vault',
      );
      expect(
        await run("sqlite3 /root/vault/db.sqlite3 'pragma integrity_check; select sum(n) from pair'"),
      ).toBe('ok\n0');
    }
    expect(await states('vault')).toBe('vault-vault-1 running');
  });

  test('Podman: the unit stops with what needs it, and both come back', async () => {
    const before = await run('systemctl show -P InvocationID reader.service');
    expect(await jobs.start('backup-blog')).toMatchObject({ ok: true });
    expect(await run('systemctl is-active blog.service reader.service')).toBe('active\nactive');
    expect(await run('systemctl show -P InvocationID reader.service')).not.toBe(before);
    await machine.run('systemctl stop reader.service');
    expect(await jobs.start('backup-blog')).toMatchObject({ ok: true });
    expect(await run('systemctl is-active reader.service || true')).toBe('inactive');
    await machine.run('systemctl start reader.service');
  });

  test('bare metal: a unit is frozen and thawed', async () => {
    const frozen = machine.run(
      'for try in $(seq 2000); do [ "$(systemctl show -P FreezerState metal.service)" = frozen ] && exit; sleep 0.01; done; exit 1',
    );
    expect(await jobs.start('backup-metal')).toMatchObject({ ok: true });
    await frozen;
    expect(await run('systemctl show -P FreezerState metal.service')).toBe('running');
  });

  test('a container under another name fails the job, and runs again under that name', async () => {
    await jobs.freeze(
      'backup-vault',
      '[ "$(docker inspect --format "{{.State.Status}}" vault-vault-1)" = paused ]',
    );
    await machine.run('docker rename vault-vault-1 renamed');
    await jobs.signal('backup-vault', 'CONT');
    await jobs.end('backup-vault');
    expect(await run('docker inspect --format "{{.State.Status}}" renamed')).toBe('running');
    await machine.run('docker rename renamed vault-vault-1');
  });

  test(`whenever a job is killed, everything runs again: ${KILLS} times`, async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const [name, project] = kill % 2 === 0 ? ['backup-shop', 'shop'] : ['backup-vault', 'vault'];
      // All of it at once, and once more at a moment in which it may be ending.
      await machine.run(`unit=stowage-lab-${name}.service; systemctl reset-failed; systemctl start --no-block $unit
        sleep $(shuf -i 0-4 -n 1).$(shuf -i 10-99 -n 1); systemctl kill --signal=KILL $unit || true
        sleep 0.$(shuf -i 10-99 -n 1); systemctl kill --signal=KILL $unit || true
        while systemctl show -P ActiveState $unit | grep -Eqx 'activating|deactivating'; do sleep 0.1; done`);
      await settled();
      expect(await states(project)).toBe(project === 'shop' ? SHOP_RUNS : 'vault-vault-1 running');
    }
  });

  test('rootless: a container of the user is frozen and runs on', async () => {
    await machine.run(
      'systemd-run --quiet --wait loginctl enable-linger media; until [ -S /run/user/1000/bus ]; do sleep 0.05; done',
    );
    await importImage(machine);
    await asUser(
      machine,
      `podman import --quiet /opt/bare.tar ${BARE}; mkdir -p .config/containers/systemd .config/restic/lab repository`,
    );
    await machine.write(`${HOME}/.config/containers/systemd/notes.container`, quadlet('systemd-notes'));
    await asUser(
      machine,
      'systemctl --user daemon-reload; systemctl --user start notes.service; podman unshare sh -c "echo x >.local/share/containers/storage/volumes/systemd-notes/_data/file"',
    );
    await asUser(
      machine,
      'echo x >.config/restic/lab/user.password && chmod -R go= .config/restic && sh /opt/user/install.sh',
    );
    await asUser(machine, '.local/lib/stowage/lab/restic-user.sh init');
    const paused = asUser(
      machine,
      'for try in $(seq 2000); do [ "$(podman inspect --format "{{.State.Status}}" systemd-notes)" = paused ] && exit; sleep 0.02; done; exit 1',
    );
    await asUser(machine, 'systemctl --user start stowage-lab-backup-notes.service');
    await paused;
    expect((await asUser(machine, 'podman inspect --format "{{.State.Status}}" systemd-notes')).stdout).toBe(
      'running\n',
    );
  });

  test('power is lost while everything stands still: after the boot what ran runs, and what was off is off', async () => {
    await jobs.freeze('backup-shop', '[ -e /var/lib/stowage/lab/owed/stowage-lab-backup-shop.held ]');
    expect(await states('shop')).toContain('shop-web-1 exited');
    await machine.crash();
    await machine.powerOn();
    await settled();
    expect(await states('shop')).toBe(SHOP_RUNS);
    await machine.run('systemctl set-environment STOWAGE_KNOCK_PAUSE=0');
    await run('/usr/local/lib/stowage/lab/restic-nas.sh unlock --remove-all');
    expect(await jobs.start('backup-shop')).toMatchObject({ ok: true });
  });
});
