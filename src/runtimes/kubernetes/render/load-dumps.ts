import { engineOf } from '../../../dumps/registry.js';
import { dumpOptions, type HereDump } from '../../../hosts/dumps.js';
import { fence, fenced, type Fence, type Step } from '../../../model/guide.js';
import type { PlannedVolume } from '../../../model/plan.js';
import { IN_TREE } from '../../../steps/typed-at.js';
import type { KubernetesJob } from './cluster.js';
import { applyFile, kubectl } from './kubectl.js';
import { restoreDumpName } from './names.js';
import { SCRIPTS } from './pod.js';
import { holderOf, jobDumps } from './dump-containers.js';

/** Where a pod that loads a dump has what restic restored. */
export const RESTORED = '/restored';

/** The folder that an archive is unpacked into. */
export const UNPACKED = `${RESTORED}/dumps`;

/** Where snapshots have a dump. */
export interface StoredDump {
  /** Options of restic's that find its snapshots. */
  readonly filter: readonly string[];
  readonly path: string;
  /** Whether that is an archive, with the dump in it. */
  readonly is_archive: boolean;
}

/** Each way to back up a cluster has places of its own for dumps. */
export type StoredWhere = (job: KubernetesJob, here: HereDump) => StoredDump;

export const LOADING = {
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
export function restoreDumpWords({ filter, path }: StoredDump, target: string): string[] {
  return [
    ...['restore', 'latest', ...filter, `--path=${path}`],
    ...[`--include=${path}`, `--target=${target}`, '--verify'],
  ];
}

/** Volumes with files of databases that are dumped: whoever uses one has to stop before it is replaced. */
export function fileHolders(job: KubernetesJob): PlannedVolume[] {
  const known = new Set(job.volumes);
  const holders = new Set(jobDumps(job).flatMap((here) => holderOf(job, here) ?? []));
  return [...holders].filter((volume) => !known.has(volume));
}

/** Loads what was dumped: files of databases while the workload stands still, servers once they run. */
export function loadDumps(
  job: KubernetesJob,
  workload: keyof typeof LOADING,
  storedWhere: StoredWhere,
): Step[] {
  const isFile = (here: HereDump) => holderOf(job, here) !== null;
  const dumps = jobDumps(job).filter((here) => isLoaded(here) && isFile(here) === (workload === 'stopped'));
  if (dumps.length === 0) return [];
  return [
    fenced(
      'Load the databases',
      `${LOADING[workload]} restic in a pod of its own reads the dump of the newest complete snapshot; for another one put its id in place of latest in the file.`,
      dumps.map((here) => loadFence(job, here, storedWhere(job, here))),
    ),
  ];
}

/** What loads a dump that lies in a folder, where its scripts are. */
export function loadCommand(here: HereDump, folder: string): string[] {
  const words = [`--to=${folder}`, ...dumpOptions(here), '--', ...here.dump.restore_command];
  return ['sh', `${SCRIPTS}/load-dump.sh`, ...words];
}

function loadFence(job: KubernetesJob, here: HereDump, { path, is_archive }: StoredDump): Fence {
  const { dump } = here;
  const pod = restoreDumpName(job, dump.name);
  const kept = engineOf(dump.engine).network?.keeps;
  const folder = is_archive ? UNPACKED : `${RESTORED}${path.slice(0, path.lastIndexOf('/'))}`;
  return fence(`${IN_TREE}, for ${dump.name} (${engineOf(dump.engine).title})`, [
    applyFile(restoreDumpPath(job, here)),
    kubectl(job, 'wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=60m'),
    kubectl(job, 'exec', '--stdin', '--tty', pod, '--', ...loadCommand(here, folder)),
    ...(kept == null
      ? []
      : [kubectl(job, 'cp', `${pod}:/tmp/${kept}`, `./${job.service.service_id}-${dump.name}-${kept}`)]),
    kubectl(job, 'delete', 'pod', pod),
  ]);
}
