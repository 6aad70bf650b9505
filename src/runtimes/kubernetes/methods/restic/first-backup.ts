import type { KubernetesSettings } from '../../settings.js';
import type { Typed } from '../../../../model/guide.js';
import { suspended } from '../../../../steps/timers.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { backupName } from '../../render/names.js';
import { hostPaths, scheduledByHand } from './hostpath-files.js';

/** By the CronJob and the scheduler of one service that has them. */
export function firstBackup(jobs: readonly KubernetesJob[], settings: KubernetesSettings): Typed[] {
  const isScheduled = settings.host_path_mode === 'daemonset';
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
