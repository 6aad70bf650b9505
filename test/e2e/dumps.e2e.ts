import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { BARE, importBareImage, PROGRAMS } from './lib/bare-image.js';
import { Jobs } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render, type Project } from './lib/program.js';
import { restoreCommands, runbookCommands, WHOLE } from './lib/runbook.js';
import { asUser, HOME, importImage, makeUser } from './lib/rootless.js';

const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  nas: { url: /srv/restic, maintenance: { host: db1 } }
  user: { url: ${HOME}/repository, maintenance: { host: elsewhere } }
defaults: { repository: nas, schedule: ${AWAY}, timezone: UTC, spread: 0m, retention: { keep_last: 9 } }
deployments:
  - { runtime: baremetal, host: db1, services: [metal] }
  - { runtime: docker, host: db1, services: [shop] }
  - { runtime: podman, host: db1, services: [queue, notes, live] }
runtimes: { podman: { image: "localhost/restic:test", user: media } }
`;

const CONTRACTS = {
  'services/metal.yml': `service_id: metal
service_unit_name: postgresql
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: cluster, path: /var/lib/postgresql }] }
backup: { dumps: { all: { engine: postgresql, replaces: cluster } } }
`,
  'services/shop.yml': `service_id: shop
services:
  - { name: web, volumes: ["files:/files"] }
  - { name: db, volumes: ["db:/var/lib/postgresql/data"] }
mounts:
  persistent_volumes: [{ name: files, path: /files }, { name: db, path: /var/lib/postgresql/data }]
runtime_templates: { docker: d, baremetal: b }
backup: { dumps: { db: { engine: postgresql, container: db, replaces: db, databases: [shop] } } }
`,
  'services/queue.yml': `service_id: queue
service_volumes: [{ name: data, source: queue, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
runtime_templates: { podman: p }
container_name: the-queue
backup: { dumps: { all: { engine: redis, replaces: data, min_size: 50 } } }
`,
  // A dump for which nothing has room; the other one is as slow, as large and as broken as its place says.
  'services/live.yml': `service_id: live
service_volumes: [{ name: data, source: queue, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
runtime_templates: { podman: p }
container_name: the-queue
backup:
  dumps:
    all: { engine: redis, replaces: data, min_size: 50, transfer: stream }
    big:
      engine: command
      command: [sh, -c, 'head -c 3000000 /data/big; sleep "$(cat /data/slow)"; exit "$(cat /data/code)"']
      restore_command: [sh, -c, "cat >/data/restored"]
      file: big.bin
      transfer: stream
`,
  'services/notes.yml': `service_id: notes
quadlet_scope: user
service_volumes: [{ name: data, source: notes, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
runtime_templates: { podman: p }
backup:
  repository: user
  dumps: { notes: { engine: sqlite, path: /data/notes.db, min_size: 100 } }
`,
};

const SERVERS = '/usr/lib/postgresql/17/bin';
const SERVER = `chown postgres /var/lib/postgresql/data; mkdir -p /run/postgresql; chown postgres /run/postgresql
[ -s /var/lib/postgresql/data/PG_VERSION ] || {
  printf %s "$$POSTGRES_PASSWORD" >/tmp/password; chown postgres /tmp/password
  runuser -u postgres -- ${SERVERS}/initdb --auth=scram-sha-256 --pwfile=/tmp/password --username=shopkeeper -D /var/lib/postgresql/data
}
exec runuser -u postgres -- ${SERVERS}/postgres -D /var/lib/postgresql/data -c listen_addresses=`;
const PASSWORD = "it's the shop's";
const COMPOSE = JSON.stringify({
  services: {
    web: {
      ...{ image: BARE, network_mode: 'none', command: ['sleep', 'infinity'] },
      volumes: [...PROGRAMS, 'files:/files'],
    },
    db: {
      ...{ image: BARE, network_mode: 'none', command: ['sh', '-euc', SERVER] },
      environment: { POSTGRES_USER: 'shopkeeper', POSTGRES_PASSWORD: PASSWORD },
      volumes: [...PROGRAMS, 'db:/var/lib/postgresql/data'],
    },
  },
  volumes: { files: {}, db: {} },
});

/** A table whose sum stays, moved to and fro for as long as the writer runs. */
const FILL = `create table account as select i as id, 0 as amount from generate_series(1, 500) i`;
const MOVE = `update account set amount = amount + 1 - 2 * (id % 2)`;
const SUM = `select count(*) || ' ' || sum(amount) from account`;

describe('jobs that dump databases', () => {
  let machine: Machine;
  let project: Project;
  let jobs: Jobs;
  const page = (service: string) =>
    readFileSync(path.join(project.rendered, `runbooks/${service}.md`), 'utf8');
  const type = (commands: string) => machine.run(['sh', '-euxc', commands], { timeout: 170 });
  const run = async (command: string) => (await machine.run(command)).stdout.trim();
  const metal = (sql: string, database = 'bank') =>
    run(`runuser -u postgres -- psql -AtqX ${database} -c "${sql}"`);
  const shop = (sql: string, database = 'shop', password = PASSWORD) =>
    run(
      `docker exec --env "PGPASSWORD=${password}" shop-db-1 psql -AtqX -U shopkeeper ${database} -c "${sql}"`,
    );
  const redis = (words: string) => run(`podman exec the-queue redis-cli ${words}`);
  const paths = async (service: string) => (await jobs.snapshots('/srv/restic', service)).at(-1)?.paths;
  /** Until a command that asks a server succeeds. */
  const awake = async (command: string) =>
    machine.run(`for try in $(seq 60); do ${command} >/dev/null 2>&1 && exit; sleep 0.5; done; ${command}`);

  beforeAll(async () => {
    machine = await boot('databases', 'db1', { disks: ['/var/lib/docker', '/var/lib/containers', '/home'] });
    project = makeProject({ 'stowage.yml': POLICY, ...CONTRACTS });
    await render(project);
    await makeUser(machine);
    await importBareImage(machine);
    await machine.run('systemctl start postgresql.service');
    await machine.write('/opt/shop/compose.yaml', COMPOSE);
    await machine.run(
      'cd /opt/shop && docker compose up --detach --quiet-pull && echo kept >/var/lib/docker/volumes/shop_files/_data/file',
    );
    await machine.run(`podman volume create queue && podman run --detach --name the-queue --network none \\
      -v /usr:/usr:ro -v /etc:/etc:ro -v queue:/data ${BARE} redis-server --dir /data --save ''`);
    await awake('docker exec shop-db-1 pg_isready');
    await awake('runuser -u postgres -- psql -c "select 1"');
    await shop('create database shop', 'postgres');
    await shop(FILL);
    await metal('create database bank', 'postgres');
    await metal(FILL);
    await redis('set order 4711');
    jobs = await Jobs.install(machine, project, 'db1');
    await jobs.init('nas');
  });

  afterAll(async () => machine.stop());

  test('bare metal: a server that is written to is dumped and comes back beside what is there', async () => {
    await machine.run([
      ...['systemd-run', '--quiet', '--unit=writer', 'sh', '-c'],
      `while :; do runuser -u postgres -- psql -qX bank -c "${MOVE}"; done`,
    ]);
    expect(await jobs.start('backup-metal')).toMatchObject({ ok: true });
    await machine.run('systemctl stop writer.service');
    expect(await paths('metal')).toEqual(['/backup/metal/dumps/all']);
    expect(await run('ls /var/lib/stowage/lab/dumps/metal')).toBe('');
    await metal('delete from account');
    await type(restoreCommands(page('metal'), 'baremetal on db1', WHOLE));
    expect(await metal(SUM)).toBe('500 0');
    expect(
      await metal("select count(*) from pg_database where datname like 'bank__before_%'", 'postgres'),
    ).toBe('1');
  });

  test('Compose: the container gives its own credentials; files beside the database are in the same snapshot', async () => {
    expect(await jobs.start('backup-shop')).toMatchObject({ ok: true });
    expect(await paths('shop')).toEqual(['/backup/shop/dumps/db', '/backup/shop/files']);
    await machine.run('cd /opt/shop && docker compose down --volumes');
    await type(`cd /opt/shop\n${restoreCommands(page('shop'), 'docker on db1', WHOLE)}`);
    expect(await shop(SUM)).toBe('500 0');
    expect(await run('cat /var/lib/docker/volumes/shop_files/_data/file')).toBe('kept');
  });

  test('what Compose dumped is loaded into a server of the host, by the page', async () => {
    await type(runbookCommands(page('shop'), 'On baremetal'));
    expect(await metal(SUM, 'shop')).toBe('500 0');
    const owner = "select tableowner from pg_tables where tablename = 'account'";
    expect(await metal(owner, 'shop')).toBe('shopkeeper');
    expect(await run('cat /files/file')).toBe('kept');
  });

  test('Compose: a dump killed in the middle, or asked for with an old password, is no snapshot', async () => {
    const before = await jobs.snapshotIds('/srv/restic');
    const locked = "select count(*) from pg_locks where mode = 'AccessExclusiveLock'";
    const sleeping = "pid <> pg_backend_pid() and query like '%pg_sleep%'";
    await machine.run([
      ...['systemd-run', '--quiet', 'docker', 'exec', '--env', `PGPASSWORD=${PASSWORD}`, 'shop-db-1'],
      ...['psql', '-U', 'shopkeeper', 'shop', '-c', 'begin; lock account; select pg_sleep(600)'],
    ]);
    while ((await shop(locked)) === '0');
    // It waits for the lock.
    await machine.run(`systemctl start --no-block stowage-lab-backup-shop.service
      until docker top shop-db-1 -eo pid,args | grep -q '[p]g_dump --format'; do sleep 0.1; done
      systemctl kill --signal=KILL stowage-lab-backup-shop.service`);
    expect((await jobs.end('backup-shop')).ok).toBe(false);
    await shop(`select pg_terminate_backend(pid) from pg_stat_activity where ${sleeping}`);
    await shop("alter user shopkeeper password 'another'");
    expect((await jobs.start('backup-shop')).ok).toBe(false);
    expect(await jobs.why('backup-shop')).toContain('password authentication failed');
    await shop(`alter user shopkeeper password '${PASSWORD.replaceAll("'", "''")}'`, 'shop', 'another');
    expect(await jobs.snapshotIds('/srv/restic')).toEqual(before);
    expect(await jobs.start('backup-shop')).toMatchObject({ ok: true });
  });

  test('Podman: a container by its name', async () => {
    expect(await jobs.start('backup-queue')).toMatchObject({ ok: true });
    expect(await paths('queue')).toEqual(['/backup/queue/dumps/all.rdb']);
    await redis('flushall');
    await type(restoreCommands(page('queue'), 'podman on db1', /^Load /));
    expect(await redis('get order')).toBe('4711');
  });

  test('a database that is down, or renamed, fails its job, and nothing of an older dump is saved', async () => {
    const before = await jobs.snapshotIds('/srv/restic');
    await machine.run('podman stop --time 2 the-queue');
    const down = await jobs.start('backup-queue');
    expect(down.ok).toBe(false);
    expect(await jobs.why('backup-queue')).toContain('stowage: dump all:');
    await machine.run('podman start the-queue && podman rename the-queue other');
    expect((await jobs.start('backup-queue')).ok).toBe(false);
    await machine.run('podman rename other the-queue');
    expect(await jobs.snapshotIds('/srv/restic')).toEqual(before);
  });

  test('a dump is streamed into a snapshot of its own, and comes back from there', async () => {
    await redis('set order 4712');
    expect(await jobs.start('dump-live--all')).toMatchObject({ ok: true });
    const saved = (await jobs.snapshots('/srv/restic', 'live')).at(-1);
    // restic 0.18.0 takes no folder in the name.
    expect(saved?.paths.map((name) => path.basename(name))).toEqual(['all.rdb']);
    expect(saved?.tags).toEqual(['service:live', 'part:dump-all']);
    await redis('flushall');
    await type(restoreCommands(page('live'), 'podman on db1', /^Load /).replace(/^.*big.*$/m, ''));
    expect(await redis('get order')).toBe('4712');
    expect(await run('ls /run/stowage-lab')).toBe('');
  });

  test('a stream that is cut, empty, broken or killed is no snapshot', async () => {
    const restore = '/usr/local/lib/stowage/lab/restore-dump-live-big.sh latest';
    const inside = async (command: string) => run(`podman exec the-queue sh -c '${command}'`);
    const set = async (slow: number, code: number) =>
      inside(`echo ${slow} >/data/slow; echo ${code} >/data/code`);
    await inside('head -c 3000000 /dev/urandom >/data/big');
    await set(0, 0);
    expect(await jobs.start('dump-live--big')).toMatchObject({ ok: true });
    const before = await jobs.acceptedIds('/srv/restic');
    await set(0, 3);
    expect((await jobs.start('dump-live--big')).ok).toBe(false);
    expect(await jobs.why('dump-live--big')).toContain('its command failed (3)');
    await set(3600, 0);
    for (const end of [
      'kill --signal=KILL stowage-lab-source-live--big.service',
      'stop stowage-lab-source-live--big.service',
      'kill --kill-whom=main --signal=KILL stowage-lab-dump-live--big.service',
      'stop stowage-lab-dump-live--big.service',
    ]) {
      await machine.run(`systemctl start --no-block stowage-lab-dump-live--big.service
        until podman top the-queue args | grep -q 'sleep 3600'; do sleep 0.2; done; sleep 2; systemctl ${end}
        until case $(systemctl show --property=ActiveState --value stowage-lab-dump-live--big.service) in failed | inactive) true ;; *) false ;; esac; do sleep 0.2; done
        ! systemctl is-active --quiet stowage-lab-source-live--big.service; ! [ -e /run/stowage-lab/live--big ]`);
      await inside(
        'for p in /proc/[0-9]*; do case $(tr "\\0" " " <$p/cmdline) in "sleep 3600 ") kill ${p#/proc/};; esac; done',
      );
    }
    await set(0, 0);
    await inside('mv /data/big /data/whole; : >/data/big');
    expect((await jobs.start('dump-live--big')).ok).toBe(false);
    expect(await jobs.why('dump-live--big')).toContain('(min_size)');
    // Where all of a job was killed at once restic may have been the last, and what it saved is marked.
    expect(await jobs.acceptedIds('/srv/restic')).toEqual(before);
    await machine.run(restore);
    await inside('cmp /data/whole /data/restored');
  });

  test('rootless: the file of SQLite in a volume of the user, dumped and put back by the page', async () => {
    const volume = `${HOME}/.local/share/containers/storage/volumes/systemd-notes/_data`;
    await machine.run(
      'systemd-run --quiet --wait loginctl enable-linger media; until [ -S /run/user/1000/bus ]; do sleep 0.05; done',
    );
    await importImage(machine);
    await machine.copy(path.join(project.rendered, 'hosts/db1/user'), '/opt/user');
    await asUser(
      machine,
      'podman volume create systemd-notes && mkdir -p .config/restic/lab && echo x >.config/restic/lab/user.password && chmod -R go= .config/restic',
    );
    await asUser(
      machine,
      `podman unshare sqlite3 ${volume}/notes.db "pragma journal_mode = wal; create table note (text); insert into note values ('milk'); pragma user_version = 3"`,
    );
    await asUser(machine, 'mkdir repository && sh /opt/user/install.sh');
    await asUser(machine, '.local/lib/stowage/lab/restic-user.sh init');
    await asUser(machine, 'systemctl --user start stowage-lab-backup-notes.service');
    await asUser(machine, `podman unshare sqlite3 ${volume}/notes.db 'delete from note'`);
    await asUser(
      machine,
      restoreCommands(page('notes'), 'podman (rootless) on db1', /^Load /)
        .trim()
        .split(/\n+/)
        .join(' && '),
    );
    const found = await asUser(
      machine,
      `podman unshare sqlite3 ${volume}/notes.db 'pragma integrity_check; pragma user_version; select * from note'`,
    );
    expect(found.stdout).toBe('ok\n3\nmilk\n');
  });
});
