import type { LineRule } from './rule.js';

const CRON_JOB = 'Kubernetes, CronJob';
const SECURITY = 'Kubernetes, Pod Security Standards';

function field(names: string, says: string, source: string): LineRule {
  return { line: new RegExp(`^\\s*(?:- )?(?:${names}):`), says, source };
}

/** Fields of Kubernetes objects. */
export const KUBERNETES_RULES: readonly LineRule[] = [
  field('schedule', 'The schedule with this job’s own offset: Kubernetes has no jitter.', CRON_JOB),
  field(
    'timeZone',
    'Without it the schedule is in the time zone of the controller, whatever that is.',
    CRON_JOB,
  ),
  field('concurrencyPolicy', 'One run at a time.', CRON_JOB),
  field(
    'startingDeadlineSeconds',
    'Without it a job that missed more than a hundred starts never runs again.',
    CRON_JOB,
  ),
  field('activeDeadlineSeconds', 'A hanging job ends, and the next one can run.', 'Kubernetes, Jobs'),
  field(
    'backoffLimit|restartPolicy',
    'A failed pod is kept with its log, and tried again in a new one.',
    'Kubernetes, Jobs',
  ),
  field(
    'podAffinity|requiredDuringSchedulingIgnoredDuringExecution|preferredDuringSchedulingIgnoredDuringExecution|topologyKey',
    'A ReadWriteOnce claim can be mounted only on the node where the workload’s pod has it.',
    'Kubernetes, Persistent Volumes, “Access Modes”',
  ),
  field(
    'tolerations|operator',
    'A taint of the nodes that hold the data, as the policy names it. Never one of the cluster itself: a pod that stays on a dead node keeps the volume from the workload.',
    'Kubernetes, Taints and Tolerations',
  ),
  field(
    'runAsNonRoot|runAsUser|runAsGroup|allowPrivilegeEscalation|readOnlyRootFilesystem|seccompProfile|capabilities|drop|add',
    'As little privilege as the volumes allow; the head of the file says which Pod Security level that is.',
    SECURITY,
  ),
  field(
    'automountServiceAccountToken|serviceAccountName|enableServiceLinks',
    'The job never talks to the Kubernetes API, so it gets no token for it.',
    'Kubernetes, Service Accounts',
  ),
  field('readOnly', 'restic can change nothing of what it backs up.', 'Kubernetes, Volumes'),
  field(
    'mountPath: "?/backup/.*|mountPath',
    'restic sees each volume as /backup/<service>/<volume>, as on every host and runtime.',
    'restic manual, “Backing up”',
  ),
  field(
    'envFrom|secretRef',
    'The Secret holds what restic needs, by restic’s own names; the tree holds only its name.',
    'Kubernetes, Secrets',
  ),
  field(
    'egress|policyTypes|podSelector',
    'Nothing may connect to the job; it reaches name servers and the repository.',
    'Kubernetes, Network Policies',
  ),
  field(
    'terminationGracePeriodSeconds',
    'restic removes its lock when it is stopped, if it gets the time to.',
    'restic manual, “Locks”',
  ),
];
