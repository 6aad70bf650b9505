import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { contractOfJob, type PromisedJob } from './lib/job-contract.js';
import { Jobs } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';

const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main: { url: /srv/restic, maintenance: { host: mutations }, forget: ${AWAY}, prune: ${AWAY}, check: { schedule: ${AWAY} } }
defaults: { schedule: ${AWAY}, spread: 0m }
deployments: [{ runtime: baremetal, host: mutations, services: ['*'] }]
`;

/** Not from the examples: a space in a path is what a forgotten quote breaks. */
function contract(service: string, sources: Readonly<Record<string, string>>, keep: number): string {
  const volumes = Object.entries(sources).map(([name, place]) => `{ name: ${name}, path: ${place} }`);
  return `service_id: ${service}
runtime_templates: { baremetal: b }
backup: { retention: { keep_last: ${keep} } }
mounts: { persistent_volumes: [${volumes.join(', ')}] }
`;
}

const ATTIC = '/srv/attic';

const JOB: PromisedJob = {
  service: 'app',
  source: '/srv/the data',
  repository: '/srv/restic',
  repositoryName: 'main',
  keeps: 1,
  snapshot: { hostname: 'app', tags: ['service:app'], paths: ['/backup/app/attic', '/backup/app/data'] },
};

/**
 * What a template could get wrong, done to the files that it gives, and what catches it. Here are those that a cheap
 * check shows on any runtime's systemd job; besides:
 *
 * | mutation | caught by |
 * | --- | --- |
 * | a wrong tag, `--host` or path anywhere | baremetal (snapshot), kubernetes, docker, podman, across runtimes |
 * | a volume mounted writable in a pod | kubernetes (read-only mounts) |
 * | `--group-by` forgotten on forget | repositories (a volume came later; two places of a service) |
 * | a wrong `--keep-*` | repositories (exactly the days, weeks and months) |
 * | `--retry-lock` forgotten | repositories (a job waits for another) |
 * | a schedule, time-out, deadline, failure hook or right of any job | baremetal, proxmox, podman-user, objects |
 * | a timer of another service | baremetal, proxmox, podman-user (systemd knows; the policy says; the installer) |
 * | what vzdump or `pct restore` is told | proxmox, whose stand-ins do what they are told |
 * | the affinity, network, account or mounts of a pod | objects; operators for Velero, VolSync and K8up |
 * | a success noted for a job that failed | kubernetes (notes no success) |
 * | a runbook that does not stop the workload | docker, podman, kubernetes, proxmox |
 * | an exclude or the environment file lost | baremetal, podman-user, objects; faults, podman-user |
 * | an installer that removes what is not ours, or ignores an old restic | baremetal |
 * | no `RequiresMountsFor=` | faults (only unmounted; cannot be mounted) |
 * | `--incomplete=accept` without being asked | faults (a file cannot be read) |
 * | a dead lock that stays, a living one that goes | interrupted (killed in the middle of) |
 * | `Persistent=` forgotten | baremetal, interrupted (catches up once) |
 * | `AmbientCapabilities=` forgotten | faults (no mode or owner), baremetal |
 */
const MUTATIONS: readonly [what: string, file: string, sed: string, broken: string][] = [
  [
    'a wrong tag',
    'systemd/stowage-lab-backup-app.service',
    's/--tag=service:app/--tag=service:ap/',
    'the snapshot is',
  ],
  ['a forgotten --host', 'systemd/stowage-lab-backup-app.service', '/^  --host=/d', 'the job fails'],
  [
    'a view that can be written',
    'systemd/stowage-lab-backup-app.service',
    's/^BindReadOnlyPaths=/BindPaths=/',
    'restic can write /backup/app/data',
  ],
  [
    'a grouping by paths',
    'systemd/stowage-lab-backup-app.service',
    's/--group-by host,tags/--group-by host,paths/',
    'a change of volumes cuts the history',
  ],
  [
    'an unquoted path in a view',
    'systemd/stowage-lab-backup-app.service',
    '/^BindReadOnlyPaths=/s/"//g',
    'the job fails',
  ],
  [
    'an unquoted path in a command',
    'systemd/stowage-lab-backup-app.service',
    '/^ExecStartPre=/s/"//g',
    'the job fails',
  ],
  [
    'no source check',
    'systemd/stowage-lab-backup-app.service',
    '/^ExecStartPre=+/d',
    'an empty source is recorded as the new state',
  ],
  [
    'a view that may be missing',
    'systemd/stowage-lab-backup-app.service',
    's/^BindReadOnlyPaths=/BindReadOnlyPaths=-/',
    'without its check the job leaves a missing source out',
  ],
  [
    'no failure hook',
    'systemd/stowage-lab-backup-app.service',
    '/^OnFailure=/d',
    'nobody is told of a failure',
  ],
  [
    'an unfiltered forget',
    'bin/apply-retention.sh',
    's/^forget --tag "$tag"/forget/',
    'forget removes snapshots of others',
  ],
  ['a forget of nothing', 'bin/forget/main/app.sh', '/^  --keep-/d', 'forget leaves'],
  [
    'a timer without its service',
    'systemd/stowage-lab-backup-app.timer',
    '/\\[Timer\\]/aUnit=stowage-lab-backup-nobody.service',
    'timer without its service: stowage-lab-backup-app.timer',
  ],
];

/** The suite must notice what is wrong: each of these mutations breaks a promise, and nothing else does. */
describe('mutations', () => {
  let machine: Machine;
  let jobs: Jobs;

  beforeAll(async () => {
    machine = await boot('base', 'mutations');
    const project = makeProject({
      'stowage.yml': POLICY,
      'services/app.yml': contract('app', { data: JOB.source, attic: ATTIC }, JOB.keeps),
      'services/other.yml': contract('other', { data: '/srv/other' }, 100),
    });
    await render(project);
    await machine.write(`${JOB.source}/file`, 'app\n');
    await machine.write(`${ATTIC}/file`, 'attic\n');
    await machine.write('/srv/other/file', 'other\n');
    await machine.run(['chmod', '777', JOB.source, ATTIC]);
    jobs = await Jobs.install(machine, project, 'mutations');
    await machine.run(`cp -a ${jobs.folder} /root/rendered`);
    await jobs.init('main');
    for (let run = 0; run < 2; run += 1) await jobs.start('backup-other');
  });

  afterAll(async () => machine.stop());

  test('what is rendered keeps every promise', async () => {
    expect(await contractOfJob(jobs, JOB)).toEqual([]);
  });

  describe('are noticed:', () => {
    test.each(MUTATIONS)('%s', async (_what, file, sed, broken) => {
      await machine.run(`rm -rf ${jobs.folder} && cp -a /root/rendered ${jobs.folder}`);
      await machine.run(['sed', '-i', sed, `${jobs.folder}/${file}`]);
      const same = await machine.run(['cmp', `/root/rendered/${file}`, `${jobs.folder}/${file}`], {
        allowFail: true,
      });
      expect(same.code).toBe(1);
      // An installer that refuses is good too, as long as the promise is seen to be broken.
      await machine.run(`systemctl reset-failed; ${jobs.folder}/install.sh`, { allowFail: true });
      expect(await contractOfJob(jobs, JOB)).toContainEqual(expect.stringContaining(broken));
    });
  });
});
