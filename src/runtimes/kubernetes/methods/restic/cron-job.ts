import { settingsOf } from '../../settings.js';
import { labels } from '../../../../names/objects.js';
import { longestRun } from '../../../../rendering/longest-run.js';
import type { Placement, PlannedVolume } from '../../../../model/plan.js';
import { savedDump, type HereDump } from '../../../../hosts/dumps.js';
import { podsOf } from '../../workload.js';
import { backupOptions, excludesOf } from '../../../../rendering/backup-options.js';
import { header } from '../../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../../rendering/file.js';
import { besideWorkload } from '../../render/affinity.js';
import { backupSchedule, type KubernetesJob } from '../../render/cluster.js';
import { backupName, serviceRendered } from '../../render/names.js';
import { podContext, SCRIPTS, tolerationFields } from '../../render/pod.js';
import { backupSecurity } from '../../render/security.js';
import { startingDeadline } from '../../render/timing.js';
import { dumpPod, jobDumps } from '../../render/dump-containers.js';

/** The CronJob of one service, for the volumes that it mounts. */
export function cronJobFile(
  job: KubernetesJob,
  volumes: readonly PlannedVolume[],
  { plan, runtimes, templates }: TargetInput,
): RenderedFile {
  const { service, placement } = job;
  const schedule = backupSchedule(job);
  const settings = settingsOf(runtimes);
  // A hostPath is on the workload's node or nowhere, whatever the policy prefers for claims.
  const isRequired = settings.affinity === 'required' || volumes.some(({ kind }) => kind === 'host_path');
  const dumps = dumpPod(job, settings, volumes);
  const pod = podContext({
    project: job.project,
    repository: job.repository,
    settings,
    security: backupSecurity(service, volumes),
    command: ['/bin/sh', `${SCRIPTS}/backup.sh`],
    args: backupArguments(job, volumes, [], [], jobDumps(job)),
    sources: volumes,
    moreMounts: dumps.mounts,
    moreVolumes: dumps.volumes,
  });
  return serviceRendered(
    job,
    templates.render('kubernetes/backup.yaml.hbs', {
      header: header(plan, service.contract),
      service_id: service.service_id,
      service_name: service.service_name,
      name: backupName(job),
      namespace: job.namespace,
      labels: labels(job.project, service.service_id, 'backup'),
      affinity_required: isRequired,
      affinity: besideWorkload(placement, [...volumes, ...dumps.holders], isRequired),
      names_pods: podsOf(placement.workload, [...volumes, ...dumps.holders]).length > 0,
      init_containers: dumps.containers.length === 0 ? null : dumps.containers,
      ...tolerationFields(settings),
      schedule,
      starting_deadline: startingDeadline(schedule.cron),
      deadline: longestRun(service) * 60,
      ...pod,
    }),
  );
}

/** Arguments of backup.sh: what to check, what it has to know (and `more` of that), then what restic is to do. */
export function backupArguments(
  job: KubernetesJob,
  volumes: readonly PlannedVolume[],
  moreTags: readonly string[],
  more: readonly string[] = [],
  dumps: readonly HereDump[] = [],
): string[] {
  const { service, placement } = job;
  return [
    ...volumes.flatMap(sourceChecks),
    ...dumps.map(({ dump }) => `not-empty:${dump.snapshot_path}`),
    ...backupOptions(
      job,
      [...volumes, ...dumps.map(savedDump)],
      { accept: acceptCommand(placement), takeOver: takeOverOf(job) },
      moreTags,
      // Pods and nodes come and go.
      `kubernetes/${job.namespace}`,
    ),
    ...more,
    '--',
    '--group-by=host,tags',
    ...excludesOf(service, volumes).map((pattern) => `--exclude=${pattern}`),
    ...volumes.map((volume) => volume.snapshot_path),
    ...dumps.map(({ dump }) => dump.snapshot_path),
  ];
}

/** What has to be true of a source, in the words of backup.sh. */
function sourceChecks(volume: PlannedVolume): string[] {
  const { snapshot_path: path, kind, location, mount_point, must_contain, max_source_age } = volume;
  return [
    `${volume.allow_empty ? 'may-be-empty' : 'not-empty'}:${path}`,
    // A claim is always mounted; a path of the node is mounted into the pod, whatever it is there.
    ...(mount_point === true && kind === 'host_path' ? [`mounted:${path}:${location}`] : []),
    ...(must_contain ?? []).map((inside) => `contains:${path}/${inside}`),
    ...(max_source_age === undefined ? [] : [`fresh:${path}:${max_source_age}`]),
  ];
}

/** What takes a marked snapshot for complete, from wherever restic reaches the repository. */
function acceptCommand({ snapshot_host }: Placement): string {
  return `restic backup --stdin-from-command --stdin-filename accepted --host ${snapshot_host}.incomplete --tag accepted:SNAPSHOT -- echo accepted`;
}

/** A job of ours, once, that has been told to take over. */
function takeOverOf(job: KubernetesJob): string {
  const { service, namespace, placement } = job;
  if (placement.node_selector !== undefined) {
    return `run the script of ${service.service_id} once in its pod with STOWAGE_TAKE_OVER=yes in its environment`;
  }
  const name = backupName(job);
  return (
    `kubectl --namespace ${namespace} create job ${shellJobName(name)} --from=cronjob/${name} --dry-run=client --output=yaml | ` +
    'kubectl set env --local --filename=- STOWAGE_TAKE_OVER=yes --output=yaml | kubectl create --filename=-'
  );
}

/** Of a job made by hand; a job's name may be longer than that of a CronJob. */
function shellJobName(name: string): string {
  return `${name}-take-over`;
}
