import type { Command, Pipeline } from '../../../model/guide.js';
import { isObjectName } from '../../../names/objects.js';
import { claimsOf, type KubernetesJob } from './cluster.js';
import { kubectl } from './kubectl.js';
import { restorePodName, schedulerPrefix } from './names.js';

/** What a person puts there when nothing says what runs the service. */
export const UNKNOWN = 'WORKLOAD';

/** `deployment/NAME` or `statefulset/NAME`; null where nobody knows what it is, or nothing can be called so. */
export function workloadOf({ placement }: KubernetesJob): string | null {
  const { workload } = placement;
  if (workload?.kind == null || !isObjectName(workload.name)) return null;
  return `${workload.kind.toLowerCase()}/${workload.name}`;
}

/** The labels of the workload's pods, as kubectl takes them. */
export function selectorOf({ placement }: KubernetesJob): string {
  const labels = Object.entries(placement.workload?.selector ?? {});
  return `--selector=${labels.map(([key, value]) => `${key}=${value}`).join(',')}`;
}

/** The workload's pods and what each belongs to. */
export function findWorkload(job: KubernetesJob): Command {
  const line =
    '{.metadata.name}{" belongs to "}{.metadata.ownerReferences[*].kind}/{.metadata.ownerReferences[*].name}{"\\n"}';
  return kubectl(job, 'get', 'pods', selectorOf(job), `--output=jsonpath={range .items[*]}${line}{end}`);
}

/** Fails for a StatefulSet that deletes its claims, and the data with them, when it is told to have fewer pods. */
export function keepsClaims(job: KubernetesJob): Pipeline {
  const policy = '{.spec.persistentVolumeClaimRetentionPolicy.whenScaled}';
  return [
    kubectl(job, 'get', workloadOf(job) ?? UNKNOWN, `--output=jsonpath=${policy}`),
    [
      'awk',
      '/Delete/ { print "it deletes its claims when it is scaled down"; found = 1 } END { exit found }',
    ],
  ];
}

/** Where a stopped workload remembers how many pods it had. */
const REPLICAS_BEFORE = 'stowage-replicas';

/**
 * Stops the workload and waits for its pods to be gone. The number of replicas is noted on the workload first; kubectl
 * refuses to write another one over it, so that a second stop does not lose it.
 */
export function stopWorkload(job: KubernetesJob): Pipeline[] {
  const workload = workloadOf(job) ?? UNKNOWN;
  return [
    [
      kubectl(job, 'get', workload, '--output=jsonpath={.spec.replicas}'),
      ['xargs', '-I', '{}', ...kubectl(job, 'annotate', workload, `${REPLICAS_BEFORE}={}`)],
    ],
    [kubectl(job, 'scale', workload, '--replicas=0')],
    [kubectl(job, 'wait', '--for=delete', 'pod', selectorOf(job), '--timeout=5m')],
  ];
}

/** Names every pod but ours that mounts what is restored, or a part of it, and fails if there is one. */
export function checkUnused(job: KubernetesJob): Pipeline {
  const claims = claimsOf(job).map((claim) => `claim ${claim}`);
  const paths = job.volumes
    .filter(({ kind }) => kind === 'host_path')
    .map(({ location }) => `path ${location}`);
  const volume = '{"\\t"}claim {.persistentVolumeClaim.claimName}{"\\t"}path {.hostPath.path}';
  const line = `{.metadata.name}{range .spec.volumes[*]}${volume}{end}{"\\n"}`;
  const program =
    'BEGIN { FS = "\\t"; own = ARGV[1]; ours = ARGV[2]; for (i = 3; i < ARGC; i++) wanted[ARGV[i]] = 1; ARGC = 1 } ' +
    '$1 == own || index($1, ours) == 1 { next } ' +
    '{ for (i = 2; i <= NF; i++) for (one in wanted) ' +
    'if ($i !~ / $/ && ($i == one || index($i, one "/") == 1 || index(one, $i "/") == 1)) { print $1 " uses " $i; used = 1 } } ' +
    'END { exit used }';
  return [
    kubectl(
      job,
      ...['get', 'pods', '--field-selector=status.phase!=Succeeded,status.phase!=Failed'],
      `--output=jsonpath={range .items[*]}${line}{end}`,
    ),
    ['awk', program, restorePodName(job), schedulerPrefix(job.project), ...claims, ...paths],
  ];
}

/** Starts the workload with as many replicas as it had and waits for it. */
export function startWorkload(job: KubernetesJob): Pipeline[] {
  const workload = workloadOf(job) ?? UNKNOWN;
  return [
    [
      kubectl(job, 'get', workload, `--output=jsonpath={.metadata.annotations.${REPLICAS_BEFORE}}`),
      ['xargs', '-I', '{}', ...kubectl(job, 'scale', workload, '--replicas={}')],
    ],
    [kubectl(job, 'annotate', workload, `${REPLICAS_BEFORE}-`)],
    [kubectl(job, 'rollout', 'status', workload, '--timeout=10m')],
  ];
}
