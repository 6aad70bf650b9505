import { isExclusive } from '../../model/job.js';
import { jobIndex } from '../../lookup/job-index.js';
import type { BackupPlan, RepositoryPlan } from '../../model/plan.js';
import { CLUSTERS } from '../../runtimes/registry.js';
import { userTrees, type UserTree } from '../../hosts/user-tree.js';
import { hostTrees, serviceJobs, type HostTree } from '../../hosts/host-tree.js';
import type { TargetInput } from '../../rendering/file.js';
import type { Typed } from '../../model/guide.js';
import { suspended } from '../../steps/timers.js';

/** Every job of hosts and users: found once for the pages of all repositories. */
export interface AllJobs {
  readonly hosts: readonly HostTree[];
  readonly users: readonly UserTree[];
}

export function allJobs(plan: BackupPlan): AllJobs {
  return { hosts: hostTrees(plan), users: userTrees(plan) };
}

/**
 * How a first backup that takes longer than `timeout` comes to its end: maintenance is held, a job runs without a limit, and
 * maintenance goes on. One job of each kind stands for the others.
 */
export function firstBackup(input: TargetInput, jobs: AllJobs, repository: RepositoryPlan): Typed[] {
  const { plan } = input;
  const runs = [
    ...onHost(jobs, repository),
    ...ofUser(jobs, repository),
    ...CLUSTERS.flatMap((cluster) => cluster.firstBackup(repository, input)),
  ];
  if (runs.length === 0) return [];
  return [hold(plan, repository, true), ...runs, hold(plan, repository, false)];
}

function hold(plan: BackupPlan, { name, maintenance }: RepositoryPlan, held: boolean): Typed {
  const jobs = jobIndex(plan).ofRepository(name).filter(isExclusive);
  const text = held ? 'Hold forget, prune and check, which would wait for it and fail' : 'Let them go on';
  if (maintenance.kind === 'host') {
    const timers = jobs.map(({ object }) => `${object.name}.timer`);
    return {
      text: `${text}, as root on ${maintenance.host}:`,
      pipelines: [[['systemctl', held ? 'stop' : 'start', ...timers]]],
    };
  }
  const { namespace } = maintenance;
  return {
    text: `${text}:`,
    pipelines: jobs.map(({ object }) => [suspended(namespace, object.name, held)]),
  };
}

const WAITS =
  'It takes its time. A connection that is lost does not stop it; the line that starts it, typed again, waits for it again';

function onHost({ hosts }: AllJobs, repository: RepositoryPlan): Typed[] {
  const jobs = hosts.flatMap((tree) => serviceJobs(tree).map((job) => ({ job, host: tree.name })));
  const [first] = jobs.filter(({ job }) => job.repository === repository);
  if (first === undefined) return [];
  const unit = `${first.job.job.object.name}.service`;
  const folder = `/run/systemd/system/${unit}.d`;
  return [
    {
      text: `Run the job without a limit, as root on ${first.host}. ${WAITS}. The last two lines set the limit again:`,
      pipelines: [
        [['mkdir', '-p', folder]],
        [
          ['printf', '[Service]\\nTimeoutStartSec=infinity\\n'],
          ['tee', `${folder}/zz-first.conf`],
        ],
        [['systemctl', 'daemon-reload']],
        [['systemctl', 'start', unit]],
        [['rm', '-r', folder]],
        [['systemctl', 'daemon-reload']],
      ],
    },
  ];
}

function ofUser({ users }: AllJobs, repository: RepositoryPlan): Typed[] {
  const jobs = users.flatMap((tree) => tree.jobs);
  const first = jobs.find((job) => job.repository === repository);
  if (first === undefined) return [];
  const unit = `${first.job.object.name}.service`;
  const where = `folder=\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/systemd/user/${unit}.d`;
  const write = `${where}; mkdir -p "$folder"; printf "[Service]\\nTimeoutStartSec=infinity\\n" >"$folder/zz-first.conf"`;
  return [
    {
      text: `Run the job without a limit, as the user that it belongs to. ${WAITS}. The last two lines set the limit again:`,
      pipelines: [
        [['sh', '-c', write]],
        [['systemctl', '--user', 'daemon-reload']],
        [['systemctl', '--user', 'start', unit]],
        [['sh', '-c', `${where}; rm -r "$folder"`]],
        [['systemctl', '--user', 'daemon-reload']],
      ],
    },
  ];
}
