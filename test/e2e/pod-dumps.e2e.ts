import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Cluster } from './lib/cluster.js';
import { importImage } from './lib/images.js';
import type { Snapshot } from './lib/jobs.js';
import { kubernetesOf } from './lib/kubernetes.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render, type Project } from './lib/program.js';
import { restoreCommands, WHOLE } from './lib/runbook.js';
import { treeFolder } from './lib/tree.js';

const [RESTIC, DATABASE] = ['localhost/restic:test', 'localhost/database:1'] as const;
const URL = 'rest:http://127.0.0.1:8000/main';

const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main: { url: "${URL}", kubernetes_secret: main, maintenance: { namespace: backup } }
defaults: { repository: main, retention: { keep_last: 9 }, max_shrink: off }
deployments: [{ runtime: kubernetes, services: ["*"] }]
runtimes: { kubernetes: { image: "${RESTIC}" } }
`;

const contract = (id: string, dump: string, more = ''): string => `service_id: ${id}
service_namespace: apps
service_image: ${DATABASE}
${more}service_volumes: [{ name: data, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
runtime_templates: { kubernetes: x }
backup:
  kubernetes: { workload: { kind: Deployment } }
  dumps: { all: { ${dump}, replaces: data, min_size: 50 } }
`;

const CONTRACTS = {
  'services/shop.yml': contract(
    'shop',
    'engine: postgresql, user: keeper, password_from: { secret: shop-db, key: password }',
  ),
  'services/queue.yml': contract(
    'queue',
    'engine: redis, port: 6380, password_from: { secret: queue-db, key: password }',
  ),
  'services/notes.yml': contract(
    'notes',
    'engine: sqlite, path: /data/notes.db',
    'service_security: { run_as_user: 1000, run_as_group: 1000 }\n',
  ),
};

const SERVERS = {
  shop: `echo postgres:x:70:70::/tmp:/bin/sh >>/etc/passwd; chown postgres /data; mkdir -p /tmp/run; chown postgres /tmp/run; umask 077
[ -s /data/PG_VERSION ] || { printf %s "$PASSWORD" >/tmp/password; chown postgres /tmp/password
  /bin/setpriv --reuid 70 --regid 70 --clear-groups -- initdb --auth=scram-sha-256 --pwfile=/tmp/password --username=keeper -D /data; }
exec /bin/setpriv --reuid 70 --regid 70 --clear-groups -- postgres -D /data -c listen_addresses=127.0.0.1 -c unix_socket_directories=`,
  notes: 'exec sleep infinity',
  queue: `exec redis-server --port 6380 --requirepass "$PASSWORD" --dir /data --save ''`,
} as const;
const PASSWORDS = { shop: "of the shop's", queue: 'a "queue"', notes: '' } as const;

const FILL = 'create table account as select i as id, 0 as amount from generate_series(1, 500) i';
const MOVE = 'update account set amount = amount + 1 - 2 * (id % 2)';
const SUM = "select count(*) || ' ' || sum(amount) from account";

const workloadOf = (service: keyof typeof SERVERS) =>
  [
    {
      ...{ image: DATABASE, command: ['sh', '-euc', SERVERS[service]] },
      env: [{ name: 'PASSWORD', value: PASSWORDS[service] }],
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    },
    [{ name: 'data', persistentVolumeClaim: { claimName: `${service}-data` } }],
  ] as const;

interface Hook {
  readonly exec: { readonly container: string; readonly command: readonly string[] };
}

describe('dumps in pods', () => {
  let machine: Machine;
  let project: Project;
  let cluster: Cluster;

  const run = async (command: string | readonly string[]): Promise<string> =>
    (await machine.run(command)).stdout.trim();
  const type = async (commands: string) =>
    machine.run(['sh', '-euxc', `cd /root\n${commands}`], { timeout: 170 });
  const restore = async (service: string, only = WHOLE, from = project) => {
    const page = readFileSync(path.join(from.rendered, `runbooks/${service}.md`), 'utf8');
    return type(restoreCommands(page, 'kubernetes in namespace apps', only));
  };
  const job = (service: string): string => `stowage-lab-backup-${service}`;
  const sql = async (text: string, database = 'bank') =>
    run([
      'podman',
      'exec',
      `--env=PGPASSWORD=${PASSWORDS.shop}`,
      'shop-pod-app',
      'psql',
      '-AtqX',
      ...['-h', '127.0.0.1', '-U', 'keeper', database, '-c', text],
    ]);
  const redis = async (...words: readonly string[]) =>
    run([
      'podman',
      'exec',
      `--env=REDISCLI_AUTH=${PASSWORDS.queue}`,
      'queue-pod-app',
      'redis-cli',
      '-p',
      '6380',
      ...words,
    ]);
  const answers = async () =>
    machine.run(`for try in $(seq 60); do
        podman exec shop-pod-app pg_isready -q -h 127.0.0.1 2>/dev/null && exit; sleep 0.5
      done; podman logs --tail 20 shop-pod-app >&2; exit 1`);
  const snapshots = async (): Promise<Snapshot[]> =>
    JSON.parse(
      await run(`RESTIC_PASSWORD=secret restic --no-cache --no-lock --repo ${URL} snapshots --json`),
    ) as Snapshot[];
  /** The shop in a project of its own, backed up by an operator. */
  const operatedBy = async (method: string, name: string) => {
    const own = makeProject({
      'stowage.yml': POLICY.replace('project: lab', `project: ${name}`).replace(
        'kubernetes: {',
        `kubernetes: { method: ${method},`,
      ),
      'services/shop.yml': CONTRACTS['services/shop.yml'],
    });
    await render(own);
    const tree = path.join(own.rendered, 'kubernetes');
    const operated = await Cluster.make(machine, await kubernetesOf('kubernetes-trixie'), tree, {});
    return { own, tree, operated };
  };
  const notes = '/var/lib/containers/storage/volumes/notes-data/_data/notes.db';

  beforeAll(async () => {
    machine = await boot('databases', 'node1', { disks: ['/var/lib/containers'] });
    for (const program of ['busybox', 'catatonit', 'restic-rest-server']) {
      await machine.copy(path.join(treeFolder('engines'), 'usr/bin', program), `/usr/bin/${program}`);
    }
    project = makeProject({ 'stowage.yml': POLICY, ...CONTRACTS });
    await render(project);
    await machine.write('/etc/containers/containers.conf.d/machine.conf', '[containers]\npids_limit = 0\n');
    await machine.run(`printf '127.0.0.1 shop queue\\n' >>/etc/hosts
      systemd-run --quiet restic-rest-server --path /srv/restic --no-auth --listen 127.0.0.1:8000`);
    await importImage(machine, 'podman', RESTIC, 'restic');
    await importImage(
      machine,
      'podman',
      DATABASE,
      ...[
        'setpriv',
        'redis-server',
        'redis-cli',
        'sqlite3',
        '/usr/lib/postgresql/17',
        '/usr/share/postgresql/17',
      ],
    );
    await machine.run(`RESTIC_PASSWORD=secret restic --repo ${URL} init --quiet`);
    cluster = await Cluster.make(
      machine,
      await kubernetesOf('kubernetes-trixie'),
      path.join(project.rendered, 'kubernetes'),
      {
        main: { RESTIC_PASSWORD: 'secret' },
        'shop-db': { password: PASSWORDS.shop },
        'queue-db': { password: PASSWORDS.queue },
      },
    );
    for (const service of ['shop', 'queue', 'notes'] as const) {
      await machine.run(`podman volume create ${service}-data`);
      await cluster.deploy(service, ...workloadOf(service));
    }
    await answers();
    await sql('create database bank', 'postgres');
    await sql(FILL);
    await redis('set', 'order', '4711');
    await machine.run(`sqlite3 ${notes} "create table n (t); insert into n values ('kept')"
      chown -R 1000:1000 $(dirname ${notes})`);
  });

  afterAll(async () => machine.stop());

  test('a server is dumped over the network while it is written to, and loaded again by the page', async () => {
    await machine.run([
      ...['systemd-run', '--quiet', '--unit=writer', 'sh', '-c'],
      `while :; do podman exec --env="PGPASSWORD=${PASSWORDS.shop}" shop-pod-app psql -qX -h 127.0.0.1 -U keeper bank -c "${MOVE}"; done`,
    ]);
    await cluster.run(job('shop'));
    await machine.run('systemctl stop writer.service');
    expect((await snapshots()).at(-1)?.paths).toEqual(['/backup/shop/dumps/all']);
    await sql('drop table account');
    await restore('shop');
    expect(await sql(SUM)).toBe('500 0');
  });

  test('a server that has no port of its own gets its keys back, and the page copies what it had', async () => {
    await cluster.run(job('queue'));
    await redis('set', 'order', 'lost');
    await redis('set', 'later', '1');
    await restore('queue', /^Load the databases$/);
    expect(await redis('mget', 'order', 'later')).toBe('4711');
    expect(await run('head -c 5 /root/queue-all-before.rdb')).toBe('REDIS');
    expect(await redis('config', 'get', 'masterauth')).toBe('masterauth');
  });

  test('a file is dumped in its claim, and made again there as the user of the workload', async () => {
    await cluster.run(job('notes'));
    await machine.run(`rm ${notes}`);
    await restore('notes', /^(?:Stop the workload|Load the databases|Start the workload)$/);
    expect(await run(`sqlite3 ${notes} 'select t from n'; stat -c %u ${notes}`)).toBe('kept\n1000');
  });

  test('K8up asks a pod for a dump that is whole, and the page loads what it saved', async () => {
    const { own, operated } = await operatedBy('k8up', 'other');
    const [name = ''] = operated.names('PreBackupPod');
    const { container, command, ending } = await operated.startPreBackup(name);
    // As its pod does it (k8up-io/k8up, cmd/restic/main.go and restic/cli/stdinbackup.go).
    await machine.run(`podman exec ${container} ${command} |
      RESTIC_PASSWORD=secret restic --no-cache --repo ${URL} backup --quiet --host apps --tag k8up:shop \\
        --stdin --stdin-filename /apps-${name}${ending}
      podman pod rm --force --time=1 ${name}`);
    await sql('drop table account');
    await restore('shop', /^Load the databases$/, own);
    expect(await sql(SUM)).toBe('500 0');
  });

  test('Velero’s hooks dump in the pod of the workload, and the page loads what is there', async () => {
    const { own, tree, operated } = await operatedBy('velero', 'moved');
    await operated.deployWith(path.join(tree, 'apps/workloads/shop'), 'shop', ...workloadOf('shop'));
    await answers();
    const { template } = operated.find('Schedule', 'stowage-moved-backup-shop').spec as {
      template: { hooks: { resources: readonly { pre: readonly Hook[]; post: readonly Hook[] }[] } };
    };
    // As Velero does it: no shell, no input, and the pod's part of the backup ends with the first that fails.
    const ask = async (when: 'pre' | 'post'): Promise<number> => {
      for (const { exec } of template.hooks.resources[0]?.[when] ?? []) {
        const words = ['podman', 'exec', `shop-pod-${exec.container}`, ...exec.command];
        const { code } = await machine.run(words, { allowFail: true });
        if (code !== 0) return code;
      }
      return 0;
    };
    expect(await ask('post')).not.toBe(0);
    expect(await ask('pre')).toBe(0);
    await sql('drop table account');
    await restore('shop', /^Load the databases$/, own);
    expect(await sql(SUM)).toBe('500 0');
    expect(await ask('post')).toBe(0);
    await sql("alter user keeper password 'another'");
    expect(await ask('pre')).not.toBe(0);
    expect(await run('podman exec shop-pod-stowage-dump-all ls /dumps')).toBe('');
    expect(await ask('post')).not.toBe(0);
    await machine.run(
      `podman exec --env=PGPASSWORD=another shop-pod-app psql -qX -h 127.0.0.1 -U keeper postgres -c "alter user keeper password '${PASSWORDS.shop.replaceAll("'", "''")}'"`,
    );
  });

  test.each([
    ['is down', 'queue', async () => machine.run('kubectl scale deployment/queue --replicas=0')],
    ['has another password', 'shop', async () => sql("alter user keeper password 'another'")],
  ] as const)('a server that %s fails its job, and nothing is saved', async (_what, service, breakIt) => {
    const before = (await snapshots()).length;
    await breakIt();
    expect(await cluster.tryRun(job(service))).not.toMatchObject({ code: 0 });
    expect(await snapshots()).toHaveLength(before);
  });
});
