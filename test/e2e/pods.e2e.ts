import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Cluster } from './lib/cluster.js';
import { IMAGE } from './lib/cluster-project.js';
import type { CommandResult } from './lib/host.js';
import { importImage } from './lib/images.js';
import { kubernetesOf } from './lib/kubernetes.js';
import { besideLivingBackup, ELSEWHERE, LOOKS_DEAD, type Living } from './lib/living-lock.js';
import { ageLock, locksIn } from './lib/lock-file.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render, type Project } from './lib/program.js';
import { restoreCommands, runbookCommands } from './lib/runbook.js';

/** A repository that pods reach without TLS, one behind a private authority, and one of Google's. */
const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  plain: { url: "rest:http://127.0.0.1:8000/plain", kubernetes_secret: plain, maintenance: { namespace: backup } }
  tls: { url: "rest:https://127.0.0.1:8443/tls", kubernetes_secret: tls, maintenance: { namespace: backup } }
  google: { url: "gs:bucket:/x", kubernetes_secret: google, maintenance: { namespace: backup } }
defaults: { repository: plain, retention: { keep_last: 2 }, max_shrink: off }
deployments: [{ runtime: kubernetes, services: ["*"] }]
runtimes: { kubernetes: { image: "${IMAGE}" } }
`;

function contract(id: string, repository: string): string {
  return `service_id: ${id}
service_namespace: apps
service_security: { run_as_user: 1000, run_as_group: 1000 }
service_volumes: [{ name: data, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
runtime_templates: { kubernetes: x }
backup: { repository: ${repository}, kubernetes: { workload: { kind: Deployment } } }
`;
}

/** The service whose backups go into a repository. */
const SERVICES = { plain: 'wiki', tls: 'safe', google: 'far' } as const;
const backup = (repository: keyof typeof SERVICES) => `stowage-lab-backup-${SERVICES[repository]}`;
const folder = (repository: keyof typeof SERVICES) => `/srv/restic/${repository}`;

/** A certificate of an authority that nobody knows, for 127.0.0.1. */
const MAKE_AUTHORITY = `mkdir -p /root/tls; cd /root/tls
openssl req -x509 -newkey rsa:2048 -nodes -days 3 -subj /CN=lab -keyout ca.key -out ca.crt
openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr
echo subjectAltName=IP:127.0.0.1 >names
openssl x509 -req -days 3 -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names -out server.crt`;

/** A key as Google makes it for an account; tokens are asked for at an address that is nobody's. */
const GOOGLE_KEY = {
  ...{ type: 'service_account', project_id: 'lab', client_id: '1', client_email: 'a@lab.example' },
  ...{ private_key_id: 'k', token_uri: 'http://127.0.0.1:9/token' },
};

describe('pods of a cluster', () => {
  let machine: Machine;
  let project: Project;
  let cluster: Cluster;

  const page = (name: string): string =>
    readFileSync(path.join(project.rendered, `runbooks/${name}.md`), 'utf8');
  const type = async (commands: string): Promise<CommandResult> =>
    machine.run(['sh', '-euxc', `cd /root\n${commands}`], { timeout: 170 });
  const locks = async (repository: keyof typeof SERVICES) => locksIn(machine, folder(repository));

  /** What the page of a repository prints below a heading, typed in the shell that it has one open. */
  async function typed(repository: keyof typeof SERVICES, ...headings: readonly string[]): Promise<string> {
    const all = ['First, a shell', ...headings, 'Last, close the shell'];
    const commands = all.map((heading) => runbookCommands(page(`repositories/${repository}`), heading));
    return (await type(commands.join('\n'))).stdout;
  }

  beforeAll(async () => {
    machine = await boot('engines', 'node1', { disks: ['/var/lib/containers'] });
    project = makeProject({
      'stowage.yml': POLICY,
      ...Object.fromEntries(
        Object.entries(SERVICES).map(([repository, id]) => [`services/${id}.yml`, contract(id, repository)]),
      ),
    });
    await render(project);
    await machine.run(MAKE_AUTHORITY);
    const serve = 'systemd-run --quiet restic-rest-server --path /srv/restic --no-auth --listen';
    await machine.run(`${serve} 127.0.0.1:8000
      ${serve} 127.0.0.1:8443 --tls --tls-cert /root/tls/server.crt --tls-key /root/tls/server.key`);
    await importImage(machine, 'podman', IMAGE, 'restic');
    for (const id of Object.values(SERVICES)) {
      await machine.run(`podman volume create ${id}-data
        cd /var/lib/containers/storage/volumes/${id}-data/_data; echo ${id} >file; chown -R 1000:1000 .`);
    }
    const private_key = await machine.run('openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048');
    const inSecret = (repository: string, key: string) => `/etc/stowage-credentials/${repository}/${key}`;
    cluster = await Cluster.make(
      machine,
      await kubernetesOf('kubernetes-trixie'),
      path.join(project.rendered, 'kubernetes'),
      {
        plain: { RESTIC_PASSWORD: 'secret' },
        tls: {
          RESTIC_PASSWORD: 'secret',
          RESTIC_CACERT: inSecret('tls', 'ca.crt'),
          'ca.crt': (await machine.run('cat /root/tls/ca.crt')).stdout,
        },
        google: {
          RESTIC_PASSWORD: 'secret',
          GOOGLE_APPLICATION_CREDENTIALS: inSecret('google', 'account.json'),
          'account.json': JSON.stringify({ ...GOOGLE_KEY, private_key: private_key.stdout }),
        },
      },
    );
    // The lock of a living process is made outside.
    await machine.write('/etc/restic/password', 'secret');
  });

  afterAll(async () => machine.stop());

  test.each(['plain', 'tls'] as const)(
    'the shell of the page makes the repository %s and looks into it',
    async (name) => {
      expect(await typed(name, 'Make it, once', 'What is in it')).toContain('created restic repository');
      await machine.run(`test -e ${folder(name)}/config`);
    },
  );

  test('a shell that is stopped ends restic in order', async () => {
    const open = runbookCommands(page('repositories/plain'), 'First, a shell');
    const hold = "restic backup --host held --stdin-from-command -- sh -c 'sleep 300'";
    await type(`${open}
      systemd-run --quiet --collect --unit=held podman exec stowage-lab-shell-plain-restic ${hold}
      until [ -n "$(ls ${folder('plain')}/locks)" ]; do sleep 0.05; done
      podman stop --time=100 stowage-lab-shell-plain-restic >/dev/null`);
    expect(await locks('plain')).toEqual([]);
    await type(runbookCommands(page('repositories/plain'), 'Last, close the shell'));
  });

  describe('a server with a certificate of a private authority', () => {
    test('is reached by every kind of pod', async () => {
      await cluster.run(backup('tls'));
      expect(await cluster.run('stowage-lab-forget-tls')).toContain('keep 1 snapshots');
      expect(await cluster.run('stowage-lab-prune-tls')).toContain('total prune');
      expect(await cluster.run('stowage-lab-check-tls')).toContain('no errors were found');
      const aside = /^(Start a pod to restore in|Restore aside|Remove the pod)$/;
      await type(restoreCommands(page('safe'), 'kubernetes in namespace apps', aside));
      expect((await machine.run('cat /root/safe-data/file')).stdout).toBe('safe\n');
    });

    test('because its Secret has the certificate', async () => {
      const said = await cluster.runInstead(
        backup('tls'),
        'unset RESTIC_CACERT; timeout 5 restic cat config',
      );
      expect(said.stdout).toContain('certificate signed by unknown authority');
    });
  });

  test('a repository of Google: restic reads the key file of the Secret as the user of the workload', async () => {
    const ask = 'timeout 10 restic cat config --no-lock';
    const asked = await cluster.runInstead(backup('google'), `id -u; ${ask}`);
    expect(asked.stdout).toMatch(/^1000\n/);
    expect(asked.stdout).toContain('http://127.0.0.1:9/token');
    const without = await cluster.runInstead(
      backup('google'),
      `GOOGLE_APPLICATION_CREDENTIALS=/no/file ${ask}`,
    );
    expect(without.stdout).toContain('/no/file: no such file or directory');
  });

  describe('the job that removes dead locks', () => {
    /** Leaves the lock of a pod that was killed, as by the kernel when it is out of memory; the lock's id. */
    async function killed(repository: 'plain' | 'tls', cronJob: string): Promise<string> {
      const before = await locks(repository);
      await machine.run(
        `kubectl create job dead --from=cronjob/${cronJob}
        pid=$(podman inspect --format '{{.State.Pid}}' dead-pod-restic)
        until [ "$(ls ${folder(repository)}/locks | grep -cE '^[0-9a-f]{64}$')" -gt ${before.length} ]; do :; done
        kill -KILL "$pid"; podman wait dead-pod-restic >/dev/null; kubectl delete job dead >/dev/null`,
        { timeout: 60 },
      );
      const [made = ''] = (await locks(repository)).filter((id) => !before.includes(id));
      expect(made).not.toBe('');
      return made;
    }

    /**
     * Runs the job's pod. Its script sleeps until the locks of the living are renewed, and not at all where there are none;
     * it says how long it would. Its guard ends at once, and it waits for a moment without living ones for one more look.
     */
    async function watch(repository: 'plain' | 'tls', { living = false } = {}): Promise<CommandResult> {
      const own = '/etc/stowage/remove-dead-locks.sh';
      const list = 'restic list locks --no-lock --quiet';
      const renewed = '[ "$is" != "$was" ] && [ "$(echo "$is" | wc -l)" = "$(echo "$was" | wc -l)" ]';
      return cluster.runAfter(
        `stowage-lab-locks-${repository}`,
        `cat >/tmp/watch.sh <<'END'
sleep() {
  was=$(${list}); echo "slept $1" >&2
  ${living ? `until is=$(${list}); ${renewed}; do :; done` : ''}
}
END
        sed 's/^looks=.*/looks=9/; s/^patience=.*/patience=1/; s/sleep 370/:/' ${own} >>/tmp/watch.sh
        [ "$3" = /bin/sh ] || exit 1
        set -- "$1" "$2" "$3" /tmp/watch.sh`,
      );
    }
    /** The job's pod beside a living backup whose lock says this, and the locks while that still lives. */
    async function watchBeside(
      repository: 'plain' | 'tls',
      says: Living['says'],
    ): Promise<CommandResult & { left: string[] }> {
      const job = `stowage-lab-locks-${repository}-probe-once-pod-restic`;
      const slept = `podman logs ${job} 2>&1 | grep -c ^slept`;
      const place = { folder: folder(repository), repository: folder(repository) };
      return besideLivingBackup(machine, { ...place, user: 'root', slept, says }, async () => {
        const result = await watch(repository, { living: true });
        return { ...result, left: await locks(repository) };
      });
    }
    /** The host name of the job's pod. */
    const ownName = async (repository: 'plain' | 'tls'): Promise<string> =>
      (await cluster.runInstead(`stowage-lab-locks-${repository}`, 'hostname')).stdout.trim();
    const slept = (said: string): number =>
      [...said.matchAll(/^slept (\d+)$/gm)].reduce((sum, [, seconds]) => sum + Number(seconds), 0);

    // Nothing in a pod can remove one lock alone through TLS: all are removed, under a lock of its own.
    const UNABLE = 'curl is not installed here';
    test.each([
      ['plain', expect.not.stringContaining(UNABLE)],
      ['tls', expect.stringContaining(UNABLE)],
    ] as const)('removes that of a prune that was killed, at the server %s', async (repository, said) => {
      await cluster.run(backup(repository));
      const dead = await killed(repository, `stowage-lab-prune-${repository}`);
      // Until it is known to be dead nobody gets the repository.
      const locked = await cluster.runInstead(
        backup(repository),
        'restic backup --stdin-from-command -- echo x',
      );
      expect(locked).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('already locked exclusively'),
      });
      const { code, stdout } = await watch(repository);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringContaining(`removed the locks of processes that are gone: ${dead}\n`),
      });
      expect(stdout).toEqual(said);
      expect(slept(stdout)).toBe(1860);
      expect(await locks(repository)).toEqual([]);
      await cluster.run(backup(repository));
    });

    test('leaves that of a living process of the same host name alone, and removes the dead one beside it', async () => {
      const dead = await killed('plain', backup('plain'));
      const says = { ...LOOKS_DEAD, hostname: await ownName('plain') };
      const { code, stdout, left } = await watchBeside('plain', says);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringContaining(`removed the locks of processes that are gone: ${dead}\n`),
      });
      expect(left).toHaveLength(1);
      expect(left).not.toContain(dead);
    });

    test('removes a dead one through TLS within the hour too, by the word of restic, which spares the living', async () => {
      const dead = await ageLock(machine, folder('tls'), await killed('tls', backup('tls')));
      const { code, stdout, left } = await watchBeside('tls', { hostname: ELSEWHERE });
      const removed = `removed the locks of processes that are gone: ${dead}\n`;
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(removed) });
      expect(slept(stdout.slice(0, stdout.indexOf(removed)))).toBe(1860);
      expect(left).toHaveLength(1);
      expect(left).not.toContain(dead);
    });

    test.each([
      ['clock is an hour behind', async () => Promise.resolve({ ...LOOKS_DEAD, hostname: ELSEWHERE })],
      ['host name is its own', async () => ({ hostname: await ownName('tls'), pid: LOOKS_DEAD.pid ?? 0 })],
    ])('through TLS waits beside a living one whose %s, and names the dead', async (_, says) => {
      const dead = await ageLock(machine, folder('tls'), await killed('tls', backup('tls')));
      const { code, stdout, left } = await watchBeside('tls', await says());
      const named = `could not be removed beside those of living processes: ${dead}`;
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining(named) });
      expect(slept(stdout)).toBe(7 * 310);
      expect(left).toHaveLength(2);
      expect(left).toContain(dead);
      // As soon as that one has ended, all go.
      expect(await watch('tls')).toMatchObject({ code: 0 });
      expect(await locks('tls')).toEqual([]);
    });
  });
});
