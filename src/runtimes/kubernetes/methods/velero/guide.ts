import { objectName } from '../../../../names/objects.js';
import type { KubernetesSettings } from '../../settings.js';
import { step, type Command, type Step } from '../../../../model/guide.js';
import { claimsOf, type KubernetesJob } from '../../render/cluster.js';
import { kubectl } from '../../render/kubectl.js';
import { backupName } from '../../render/names.js';
import { paused, stopSteps, verified } from '../../render/steps.js';
import { loadInPod } from './dumps.js';
import { selectorOf, UNKNOWN, workloadOf } from '../../render/workload.js';

/** First beside the live data, then in its place. */
export function veleroSteps(job: KubernetesJob, settings: KubernetesSettings): Step[] {
  const aside = asideNamespace(job);
  return [
    step('List backups', 'A backup that is not Completed may lack data: velero backup describe says what.', [
      veleroBackups(job, settings),
    ]),
    step(
      'Restore aside',
      `The newest backup, into the namespace ${aside}, where the workload starts too. --from-backup=NAME in place of --from-schedule takes an older one.`,
      [veleroRestore(job, settings, true)],
    ),
    ...paused(
      (isPaused) => [pauseVelero(job, settings, isPaused)],
      [
        ...stopSteps(job),
        step(
          'Delete the workload and its claims, with their data',
          'Velero restores only what is not there. Look at the backup aside before: there is no way back.',
          deleteWorkload(job, claimsOf(job)),
        ),
        step('Restore in place', 'What was deleted comes back from the newest backup, the workload too.', [
          veleroRestore(job, settings, false),
        ]),
        ...loadInPod(job),
        ...verified(job),
      ],
    ),
  ];
}

/** Velero's backups of one service. */
function veleroBackups(job: KubernetesJob, settings: KubernetesSettings): Command {
  return velero(settings, 'backup', 'get', `--selector=velero.io/schedule-name=${backupName(job)}`);
}

/** The namespace that Velero restores a service aside into. */
function asideNamespace({ project, namespace }: KubernetesJob): string {
  return objectName(project, 'aside', namespace);
}

/** Velero restores what is not there: in place, the workload and its claims have to be deleted first. */
function veleroRestore(job: KubernetesJob, settings: KubernetesSettings, aside: boolean): Command {
  return velero(
    settings,
    'restore',
    'create',
    `--from-schedule=${backupName(job)}`,
    `--include-namespaces=${job.namespace}`,
    ...(aside ? [`--namespace-mappings=${job.namespace}:${asideNamespace(job)}`] : []),
    selectorOf(job),
    '--wait',
  );
}

function velero(settings: KubernetesSettings, ...args: readonly string[]): Command {
  return ['velero', `--namespace=${settings.velero_namespace}`, ...args];
}

/** Deletes the workload and its claims, with their data. */
function deleteWorkload(job: KubernetesJob, claims: readonly string[]): Command[] {
  return [
    kubectl(job, 'delete', workloadOf(job) ?? UNKNOWN),
    ...(claims.length === 0 ? [] : [kubectl(job, 'delete', 'persistentvolumeclaim', ...claims)]),
  ];
}

/** Keeps Velero from backing a service up, or lets it again. */
function pauseVelero(job: KubernetesJob, settings: KubernetesSettings, isPaused: boolean): Command {
  return velero(settings, 'schedule', isPaused ? 'pause' : 'unpause', backupName(job));
}
