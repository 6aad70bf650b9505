import { engineOf } from '../../../../dumps/registry.js';
import { dumpOptions, type HereDump } from '../../../../hosts/dumps.js';
import type { ServicePlan } from '../../../../model/plan.js';
import { podVolumeName } from '../../../../names/objects.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { besideDatabase, dumpScriptsVolume, jobDumps, SPOOL } from '../../render/dump-containers.js';
import { isLoaded, loadCommand, LOADING } from '../../render/load-dumps.js';
import { kubectl } from '../../render/kubectl.js';
import { UNKNOWN, workloadOf } from '../../render/workload.js';
import { IN_CLUSTER } from '../../../../steps/typed-at.js';
import { fence, fenced, type Step } from '../../../../model/guide.js';
import { SCRIPTS } from '../../render/pod.js';
import { guestSecurity } from '../../render/security.js';
import { quantityValue } from '../../quantity.js';
import type { KubernetesSettings } from '../../settings.js';

type Fields = Readonly<Record<string, unknown>>;

/** The pod's volume that Velero saves the dumps from. */
export const DUMPS = 'stowage-dumps';

/** Notes in a dump's container that its hook ran, for the one after the backup. */
const MADE = '/tmp/made';

/** Minutes that a hook has besides, for what is no dump. */
const MARGIN = 5;

/** The container of a dump, in the pod of the workload. */
function dumpContainer({ dump }: HereDump): string {
  return podVolumeName('stowage-dump', dump.name);
}

/**
 * What the workload's pods get: for each dump a container with the image of the database that waits for Velero, and one volume
 * for what they write. None keeps the workload from starting: the scripts and the Secret may be missing, and what waits is a shell.
 */
export function dumpPatch(
  job: KubernetesJob,
  settings: KubernetesSettings,
): { readonly containers: readonly Fields[]; readonly volumes: readonly Fields[] } | null {
  const dumps = jobDumps(job);
  if (dumps.length === 0) return null;
  const { configMap } = dumpScriptsVolume(job.project, ['dump.sh', 'load-dump.sh'], dumps);
  return {
    containers: dumps.map((here) => ({
      ...besideDatabase(settings, here, { optional: true }),
      name: dumpContainer(here),
      command: ['/bin/sh', '-c', 'trap "exit 0" TERM INT; while :; do sleep 3600 & wait "$!"; done'],
      securityContext: guestSecurity(job.service),
      volumeMounts: [
        { name: 'stowage-dump-scripts', mountPath: SCRIPTS, readOnly: true },
        { name: 'stowage-dump-tmp', mountPath: '/tmp' },
        { name: DUMPS, mountPath: SPOOL },
      ],
    })),
    volumes: [
      // A limit would have the kubelet end the whole pod; the hook has one of its own.
      ...[DUMPS, 'stowage-dump-tmp'].map((name) => ({ name, emptyDir: {} })),
      { name: 'stowage-dump-scripts', configMap: { ...configMap, optional: true } },
    ],
  };
}

/**
 * What Velero runs in a pod before and after it saves its volumes (velero.io, "Backup Hooks"). A dump that fails, or that was
 * not made because the pod has hooks of its own in its annotations, which Velero prefers, leaves the backup PartiallyFailed.
 */
export function dumpHooks(job: KubernetesJob, settings: KubernetesSettings): Fields | null {
  const dumps = jobDumps(job);
  if (dumps.length === 0) return null;
  const blocks = Math.floor(quantityValue(settings.resources.dump_limit) / 512);
  return {
    resources: [
      {
        name: 'dumps',
        includedNamespaces: [job.namespace],
        labelSelector: { matchLabels: job.placement.workload?.selector ?? {} },
        pre: dumps.map((here) =>
          hook(here, `${here.dump.timeout + MARGIN}m`, [
            `rm -f ${MADE}; ulimit -f ${blocks}; sh ${SCRIPTS}/dump.sh "$@"; : >${MADE}`,
            ...['sh', `--to=${SPOOL}`, ...dumpOptions(here), '--', ...here.dump.command],
          ]),
        ),
        post: dumps.map((here) =>
          hook(here, '1m', [
            `rm ${MADE} || { echo "stowage: the dump was not made: the pod has hooks in its annotations" >&2; exit 1; }`,
          ]),
        ),
      },
    ],
  };
}

function hook(here: HereDump, timeout: string, words: readonly string[]): Fields {
  return {
    exec: {
      container: dumpContainer(here),
      command: ['/bin/sh', '-euc', ...words],
      onError: 'Fail',
      timeout,
    },
  };
}

/** Loads the dumps that Velero brought back with the pod. */
export function loadInPod(job: KubernetesJob): Step[] {
  const dumps = jobDumps(job).filter(isLoaded);
  if (dumps.length === 0) return [];
  return [
    fenced(
      'Load the databases',
      `${LOADING.running} The dumps lie in the pod that Velero brought back: they go when it is replaced.`,
      dumps.map((here) =>
        fence(`${IN_CLUSTER}, for ${here.dump.name} (${engineOf(here.dump.engine).title})`, [
          kubectl(
            job,
            ...['exec', '--stdin', '--tty', workloadOf(job) ?? UNKNOWN, `--container=${dumpContainer(here)}`],
            ...['--', ...loadCommand(here, SPOOL)],
          ),
        ]),
      ),
    ),
  ];
}

/** Where Velero has the dumps, for people. */
export function storedDumps({ dumps = [] }: ServicePlan): string {
  return dumps.length === 0 ? '' : ` Dumps are files of the volume ${DUMPS} of the pod.`;
}
