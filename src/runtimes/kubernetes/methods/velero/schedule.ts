import { settingsOf } from '../../settings.js';
import { labels } from '../../../../names/objects.js';
import type { JobSchedule } from '../../../../schedule/job-schedule.js';
import type { ServicePlan } from '../../../../model/plan.js';
import { header } from '../../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../../rendering/file.js';
import { backupSchedule, type KubernetesJob } from '../../render/cluster.js';
import { componentFile, jsonPatch, literal } from '../../render/component.js';
import { backupName, serviceRendered } from '../../render/names.js';
import { DUMPS, dumpHooks, dumpPatch } from './dumps.js';
import { longestGap } from '../../render/timing.js';

/** Velero's `Schedule` for one service (velero.io, "Schedule API type"). */
export function veleroFile(job: KubernetesJob, { plan, runtimes, templates }: TargetInput): RenderedFile {
  const { service, placement } = job;
  const schedule = backupSchedule(job);
  const { cron, timezone } = schedule;
  const settings = settingsOf(runtimes);
  return serviceRendered(
    job,
    templates.render('kubernetes/velero.yaml.hbs', {
      header: header(plan, service.contract),
      service_id: service.service_id,
      service_name: service.service_name,
      name: backupName(job),
      velero_namespace: settings.velero_namespace,
      labels: labels(job.project, service.service_id, 'backup'),
      timezone_named: timezone !== 'UTC',
      cron: timezone === 'UTC' ? cron : `CRON_TZ=${timezone} ${cron}`,
      namespace: job.namespace,
      selector: placement.workload?.selector ?? {},
      ttl: `${longestKept(service, schedule)}h0m0s`,
      csi: settings.snapshot === 'csi',
      hooks: dumpHooks(job, settings),
    }),
  );
}

const HOURS_PER_DAY = 24;
const DAYS: Readonly<Record<string, number>> = {
  keep_daily: 1,
  keep_weekly: 7,
  keep_monthly: 31,
  keep_yearly: 366,
};

/** Hours that the oldest snapshot of a retention lives, at most: Velero's `ttl` for every backup. */
function longestKept({ retention }: ServicePlan, schedule: JobSchedule): number {
  const ages = Object.entries(retention).map(([rule, kept]: [string, number | string]) => {
    if (typeof kept === 'string') return hoursOf(kept);
    if (rule === 'keep_last') return Math.ceil((kept * longestGap(schedule)) / 60);
    return rule === 'keep_hourly' ? kept : kept * (DAYS[rule] ?? 1) * HOURS_PER_DAY;
  });
  // One run more than asked for, so that the oldest is still there when the next one fails.
  return Math.max(HOURS_PER_DAY, ...ages) + Math.ceil(longestGap(schedule) / 60);
}

/** restic's durations: `1y6m14d3h`. */
function hoursOf(duration: string): number {
  const units: Readonly<Record<string, number>> = {
    y: 366 * HOURS_PER_DAY,
    m: 31 * HOURS_PER_DAY,
    d: HOURS_PER_DAY,
    h: 1,
  };
  return [...duration.matchAll(/([0-9]+)([ymdh])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  );
}

/** Workloads whose pods a patch can reach. */
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/**
 * The annotation that has Velero read files of a running pod, and the containers that dump databases; nothing where it takes
 * CSI snapshots and dumps nothing.
 */
export function veleroComponent(job: KubernetesJob, input: TargetInput): RenderedFile[] {
  const settings = settingsOf(input.runtimes);
  const read =
    settings.snapshot === 'csi' ? [] : job.volumes.map((volume) => volume.service_volume ?? volume.volume);
  const dumps = dumpPatch(job, settings);
  const volumes = [...new Set(read), ...(dumps === null ? [] : [DUMPS])].join(',');
  if (volumes === '') return [];
  const template = {
    metadata: { annotations: { 'backup.velero.io/backup-volumes': volumes } },
    ...(dumps === null ? {} : { spec: { volumes: dumps.volumes } }),
  };
  // A merge would put them first, and the first container is the one that is meant where nobody names one.
  const added = (dumps?.containers ?? []).map((value) => ({
    ...{ op: 'add', path: '/spec/template/spec/containers/-', value },
  }));
  return [
    componentFile(job, input, 'kubernetes/workload-velero.yaml.hbs', {
      app: literal(job.placement.workload?.name ?? job.service.service_name),
      kinds: WORKLOADS,
      dumps: dumps !== null,
      patches: [
        jsonPatch({ spec: { template } }),
        ...(added.length === 0 ? [] : [`${JSON.stringify(added)}\n`]),
      ],
    }),
  ];
}
