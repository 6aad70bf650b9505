import { isExclusive } from '../../model/job.js';
import { jobIndex } from '../../plan/job-index.js';
import type { BackupPlan, RepositoryPlan } from '../../plan/plan.js';
import { backupName } from '../kubernetes/backup-files.js';
import { kubernetesJobs, type KubernetesJob } from '../kubernetes/cluster.js';
import { hostPaths, scheduledByHand } from '../kubernetes/hostpath-files.js';
import { userTrees, type UserTree } from '../../hosts/user-tree.js';
import { hostTrees, type HostTree } from '../../hosts/host-tree.js';
import type { TargetInput } from '../target.js';
import type { Pipeline } from '../../model/guide.js';
import { suspended } from './timers.js';

/** Every job of a plan: found once for the pages of all repositories. */
export interface AllJobs {
  readonly hosts: readonly HostTree[];
  readonly users: readonly UserTree[];
  readonly pods: readonly KubernetesJob[];
}

export function allJobs(plan: BackupPlan): AllJobs {
  return { hosts: hostTrees(plan), users: userTrees(plan), pods: kubernetesJobs(plan) };
}

/** What is typed at one place. */
export interface Typed {
  readonly text: string;
  readonly pipelines: readonly Pipeline[];
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
    ...inCluster(input, jobs, repository),
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
  const jobs = hosts.flatMap((tree) =>
    [...tree.jobs, ...tree.guests].map((job) => ({ job, host: tree.name })),
  );
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

function inCluster({ runtimes }: TargetInput, { pods }: AllJobs, repository: RepositoryPlan): Typed[] {
  const { kubernetes } = runtimes;
  if (kubernetes.method !== 'restic') return [];
  const jobs = pods.filter((job) => job.repository === repository);
  const isScheduled = kubernetes.host_path_mode === 'daemonset';
  return [
    ...byCronJob(jobs.find((job) => !isScheduled || job.volumes.some(({ kind }) => kind === 'claim'))),
    ...(isScheduled ? byScheduler(jobs.find((job) => hostPaths(job).length > 0)) : []),
  ];
}

function byScheduler(first: KubernetesJob | undefined): Typed[] {
  if (first === undefined) return [];
  const { pods, runUnlimited } = scheduledByHand(first);
  return [
    {
      text:
        "What nodes hold is backed up by a pod on each of them. Put the pod's name in place of POD and run the job there without its limit, on one node after the other. " +
        'It takes its time, and what it says goes to the log of the pod. A connection that is lost does not stop it; meanwhile no second one starts there:',
      pipelines: [[pods], [runUnlimited]],
    },
  ];
}

function byCronJob(first: KubernetesJob | undefined): Typed[] {
  if (first === undefined) return [];
  const [cronJob, { namespace }] = [backupName(first), first];
  const kubectl = ['kubectl', '--namespace', namespace];
  return [
    {
      text: 'Run the job without a deadline; the third line shows what it does until it ends:',
      pipelines: [
        [suspended(namespace, cronJob, true)],
        [
          [
            ...kubectl,
            ...['create', 'job', `${cronJob}-first`, `--from=cronjob/${cronJob}`],
            ...['--dry-run=client', '--output=yaml'],
          ],
          ['sed', '/activeDeadlineSeconds/d'],
          [...kubectl, 'apply', '--filename=-'],
        ],
        [[...kubectl, 'logs', '--follow', '--pod-running-timeout=10m', `job/${cronJob}-first`]],
        [suspended(namespace, cronJob, false)],
      ],
    },
  ];
}
