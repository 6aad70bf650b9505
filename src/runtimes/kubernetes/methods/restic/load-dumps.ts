import { engineOf } from '../../../../dumps/registry.js';
import { dumpOptions, type HereDump } from '../../../../hosts/dumps.js';
import { fence, fenced, type Fence, type Step } from '../../../../model/guide.js';
import type { PlannedVolume } from '../../../../model/plan.js';
import { IN_CLUSTER, IN_TREE } from '../../../../steps/typed-at.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { applyFile, kubectl } from '../../render/kubectl.js';
import { restoreDumpName, restorePodName } from '../../render/names.js';
import { SCRIPTS } from '../../render/pod.js';
import { holderOf, jobDumps } from './dump-containers.js';
import { ASIDE, resticInPod, snapshotFilter } from './restore.js';

/** Where a pod that loads a dump has what restic restored. */
export const RESTORED = '/restored';

const TEXT = {
  stopped:
    'A database that is a file is made beside the one that is there, checked, and put in its place at the end. The old file stays beside it, under a name that says when.',
  running:
    'The server has to run, be it an empty one. Roles and users come first; those that are there keep their passwords. Each database is loaded beside the one that is there, and takes its place only when all are whole. What was there stays under a name that says when, until somebody removes it.',
};

/** Whether anything reads the dump again: a program of the contract's own need not have another one for that. */
export function isLoaded({ dump: { engine, restore_command } }: HereDump): boolean {
  return engineOf(engine).script !== null || restore_command.length > 0;
}

/** The file of the pod that loads a dump. */
export function restoreDumpPath({ namespace, service }: KubernetesJob, { dump }: HereDump): string {
  return `kubernetes/${namespace}/restore/dumps/${service.service_id}/${dump.name}.yaml`;
}

/** What restic restores a dump with, below a folder. */
export function restoreDumpWords(job: KubernetesJob, { dump }: HereDump, target: string): string[] {
  const path = dump.snapshot_path;
  return [
    ...['restore', 'latest', ...snapshotFilter(job, []), `--path=${path}`],
    ...[`--include=${path}`, `--target=${target}`, '--verify'],
  ];
}

/** Volumes with files of databases that are dumped: whoever uses one has to stop before it is replaced. */
export function fileHolders(job: KubernetesJob): PlannedVolume[] {
  const known = new Set(job.volumes);
  const holders = new Set(jobDumps(job).flatMap((here) => holderOf(job, here) ?? []));
  return [...holders].filter((volume) => !known.has(volume));
}

/** Files of dumps beside the live data, for whoever looks into one or loads it by hand. */
export function dumpsAside(job: KubernetesJob): Fence[] {
  const { service } = job;
  return jobDumps(job).map((here) =>
    fence(`${IN_CLUSTER}, for the dump ${here.dump.name}`, [
      [...resticInPod(job), ...restoreDumpWords(job, here, ASIDE)],
      kubectl(
        job,
        'cp',
        `${restorePodName(job)}:${ASIDE}${here.dump.snapshot_path}`,
        `./${service.service_id}-${here.dump.file}`,
      ),
    ]),
  );
}

/** Loads what was dumped: files of databases while the workload stands still, servers once they run. */
export function loadDumps(job: KubernetesJob, workload: keyof typeof TEXT): Step[] {
  const isFile = (here: HereDump) => holderOf(job, here) !== null;
  const dumps = jobDumps(job).filter((here) => isLoaded(here) && isFile(here) === (workload === 'stopped'));
  if (dumps.length === 0) return [];
  return [
    fenced(
      'Load the databases',
      `${TEXT[workload]} restic in a pod of its own reads the dump of the newest complete snapshot; for another one put its id in place of latest in the file.`,
      dumps.map((here) => loadFence(job, here)),
    ),
  ];
}

function loadFence(job: KubernetesJob, here: HereDump): Fence {
  const { dump } = here;
  const pod = restoreDumpName(job, dump.name);
  const kept = engineOf(dump.engine).network?.keeps;
  const folder = dump.snapshot_path.slice(0, dump.snapshot_path.lastIndexOf('/'));
  return fence(`${IN_TREE}, for ${dump.name} (${engineOf(dump.engine).title})`, [
    applyFile(restoreDumpPath(job, here)),
    kubectl(job, 'wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=60m'),
    kubectl(
      job,
      ...['exec', '--stdin', '--tty', pod, '--', 'sh', `${SCRIPTS}/load-dump.sh`],
      ...[`--to=${RESTORED}${folder}`, ...dumpOptions(here), '--', ...dump.restore_command],
    ),
    ...(kept == null
      ? []
      : [kubectl(job, 'cp', `${pod}:/tmp/${kept}`, `./${job.service.service_id}-${dump.name}-${kept}`)]),
    kubectl(job, 'delete', 'pod', pod),
  ]);
}
