import { serviceTag } from '../model/service-tag.js';
import type { Placement, PlannedVolume, ServicePlan } from '../model/plan.js';

interface Job {
  readonly service: ServicePlan;
  readonly placement: Pick<Placement, 'snapshot_host'>;
}

/** What a person types about a job. */
export interface JobCommands {
  /** Accepts a marked snapshot, with `SNAPSHOT` where its id is due. */
  readonly accept: string;
  /** Makes this machine the one whose snapshots are the service's, after another one was. */
  readonly takeOver: string;
}

/** Everything that a job leaves out of these volumes: patterns as restic takes them. */
export function excludesOf(
  service: Pick<ServicePlan, 'exclude'>,
  volumes: readonly Pick<PlannedVolume, 'exclude'>[],
): string[] {
  return [...service.exclude, ...volumes.flatMap((volume) => volume.exclude)];
}

/** What forgets that a job of systemd was here, and starts it: a machine that is new takes over. */
export function takeOverCommand(stateFolder: string, unit: string, isUser: boolean): string {
  return `rm ${stateFolder}/machine && systemctl ${isUser ? '--user ' : ''}start ${unit}`;
}

/**
 * What `backup.sh` needs to know of a job, before `--` and restic's own arguments; the folder of its state is the place's.
 *
 * @param commands what a person types
 * @param machine the name of the machine, where the system of the job does not say it
 */
export function backupOptions(
  { service, placement }: Job,
  volumes: readonly Pick<PlannedVolume, 'snapshot_path' | 'max_shrink_percent'>[],
  { accept, takeOver }: JobCommands,
  moreTags: readonly string[] = [],
  machine: string | null = null,
): string[] {
  return [
    `--host=${placement.snapshot_host}`,
    ...[...service.tags, ...moreTags].map((tag) => `--tag=${tag}`),
    `--retry-lock=${service.retry_lock ?? 0}m`,
    ...volumes.map(
      ({ snapshot_path, max_shrink_percent }) =>
        `--volume=${max_shrink_percent ?? service.max_shrink_percent}:${snapshot_path}`,
    ),
    ...(service.accept_incomplete ? ['--incomplete=accept'] : []),
    `--accept=${accept}`,
    `--take-over=${takeOver}`,
    ...(machine === null ? [] : [`--machine=${machine}`]),
  ];
}

/** What `accept.sh` has to know of a service in one place, but for the commands of the place. */
export function acceptContext(
  service: ServicePlan,
  { snapshot_host }: Pick<Placement, 'snapshot_host'>,
): Record<string, unknown> {
  return { service_id: service.service_id, snapshot_host, tag: serviceTag(service) };
}

/**
 * What `check-source.sh` has to see of a source, besides that it is there.
 *
 * @param reader who reads by a capability, which not every file system honours: the user restic, or root of a name space (self)
 */
export function sourceGuards(
  { mount_point, must_contain, max_source_age }: PlannedVolume,
  reader: 'restic' | 'self' | null,
): string[] {
  return [
    ...(mount_point === true ? ['--mount-point'] : []),
    ...(must_contain ?? []).map((path) => `--contains=${path}`),
    ...(max_source_age === undefined ? [] : [`--max-age=${max_source_age}`]),
    ...(reader === null ? [] : [`--read-by=${reader}`]),
  ];
}
