import { settingsOf } from '../../settings.js';
import type { Command } from '../../../../model/guide.js';
import { mustExist } from '../../../../backends/crond.js';
import type { Job } from '../../../../model/job.js';
import { projectName } from '../../../../names/installed.js';
import { labels } from '../../../../names/objects.js';
import { groupBy } from '../../../../lookup/group.js';
import { longestRun } from '../../../../rendering/longest-run.js';
import type { PlannedVolume } from '../../../../model/plan.js';
import type { Labels } from '../../../../model/policy.js';
import { header } from '../../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../../rendering/file.js';
import type { KubernetesJob, Namespace } from '../../render/cluster.js';
import type { Contents } from '../../render/contents.js';
import { kubectl } from '../../render/kubectl.js';
import {
  credentialsFolder,
  credentialsMount,
  credentialsVolume,
  podResources,
  SCRIPTS,
  scriptsConfigMap,
  sourceMount,
  sourceVolumes,
  tolerationFields,
} from '../../render/pod.js';
import { rootSecurity } from '../../render/security.js';
import { longestGap } from '../../render/timing.js';
import { backupArguments } from './cron-job.js';
import { PART_TAG } from './method.js';
import { compareText } from '../../../../text/compare.js';

const CRONTAB = '/etc/stowage-crontab';
const JOBS = '/etc/stowage-jobs';

/** Scripts that the scheduler's pod needs besides backup.sh. */
export const HOSTPATH_SCRIPTS = [
  { file: 'hostpath.sh', template: 'kubernetes/hostpath.sh.hbs' },
  { file: 'hostpath-job.sh', template: 'kubernetes/hostpath-job.sh.hbs' },
  { file: 'hostpath-probe.sh', template: 'kubernetes/hostpath-probe.sh.hbs' },
] as const;

/** The scheduler's pods, one on each node, and what runs a service's job in one of them now: a person puts its name in. */
export function scheduledByHand(job: KubernetesJob): {
  readonly pods: Command;
  readonly run: Command;
  readonly runUnlimited: Command;
} {
  const own = `app.kubernetes.io/instance=${scheduledJob(job).object.name}`;
  const script = `${JOBS}/${job.service.service_id}.sh`;
  const inPod = kubectl(job, 'exec', 'POD', '--');
  return {
    pods: kubectl(job, 'get', 'pods', `--selector=${own}`, '--output=wide'),
    run: [...inPod, 'sh', script],
    // What it says goes to the pod's log: without a reader it would end.
    runUnlimited: [...inPod, 'sh', '-c', `STOWAGE_NO_LIMIT=yes exec sh ${script} >/proc/1/fd/1 2>&1`],
  };
}

/** The volumes of a job that the scheduler backs up. */
export function hostPaths(job: KubernetesJob): PlannedVolume[] {
  return job.volumes.filter((volume) => volume.kind === 'host_path');
}

/** One DaemonSet: the jobs of one node set that are meant in one time zone, because crond has only one. */
interface Scheduler {
  readonly name: string;
  /** Its manifest in the tree. */
  readonly file: string;
  readonly timezone: string;
  readonly nodes: Labels;
  readonly jobs: readonly KubernetesJob[];
}

/** The schedulers of a namespace, and a script per service. */
export function hostpathFiles(namespace: Namespace, input: TargetInput): Contents {
  const jobs = namespace.jobs.filter((job) => hostPaths(job).length > 0);
  const all = schedulers(jobs);
  return {
    files: jobs.map((job) => serviceScript(namespace, job, input)),
    resources: all.flatMap((scheduler) => [
      schedulerFile(namespace, scheduler, input),
      crontabFile(namespace, scheduler, input),
    ]),
    generators: all.map((scheduler) => ({
      name: `${scheduler.name}-jobs`,
      files: scheduler.jobs.map(scriptPath),
    })),
  };
}

/** By name. */
function schedulers(jobs: readonly KubernetesJob[]): Scheduler[] {
  const all = jobs.map((job) => ({ job, own: scheduledJob(job) }));
  return [...groupBy(all, ({ own }) => own.object.name)]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([name, members]): Scheduler[] => {
      const [first] = members;
      if (first?.own.place.on !== 'cluster') return [];
      const { place, object, schedule } = first.own;
      return [
        {
          ...{ name, file: object.file, timezone: schedule.timezone, nodes: place.nodes ?? {} },
          jobs: members.map(({ job }) => job),
        },
      ];
    });
}

/** The job of a service that each node runs for itself. */
function scheduledJob({ jobs, service }: KubernetesJob): Job {
  const found = jobs.find(({ place }) => place.on === 'cluster' && place.nodes !== null);
  if (found === undefined) throw new Error(`no node backs up ${service.service_id}`);
  return found;
}

function needsPaths(job: KubernetesJob): boolean {
  return mustExist(scheduledJob(job).sources);
}

function scriptPath({ service }: KubernetesJob): string {
  return `hostpath/${service.service_id}.sh`;
}

function schedulerFile(
  namespace: Namespace,
  { name, file, timezone, nodes, jobs }: Scheduler,
  { plan, runtimes, templates }: TargetInput,
): RenderedFile {
  const settings = settingsOf(runtimes);
  const own = labels(plan.project, name, 'backup');
  return {
    path: file,
    mode: 0o644,
    sources: [...new Set(jobs.map((job) => job.service.contract))].sort(),
    service: null,
    runtime: 'kubernetes',
    content: templates.render('kubernetes/hostpath.yaml.hbs', {
      header: header(plan, null),
      name,
      account: projectName(plan.project),
      namespace: namespace.name,
      labels: own,
      selector: own,
      timezone,
      node_selector: { 'kubernetes.io/os': 'linux', ...nodes },
      image: settings.image,
      resources: podResources(settings),
      ...tolerationFields(settings),
      must_exist: jobs.some(needsPaths),
      security: rootSecurity(['DAC_READ_SEARCH', 'SETGID']),
      command: ['/bin/sh', `${SCRIPTS}/hostpath.sh`],
      args: [CRONTAB],
      ready_command: ['/bin/sh', `${SCRIPTS}/hostpath-probe.sh`, 'ready', ...jobs.map(readiness)],
      ...volumesAndMounts(plan.project, name, jobs),
    }),
  };
}

/** Beside the scheduler's own file; no name of a scheduler holds a dot. */
function crontabFile(
  namespace: Namespace,
  { name, file, jobs }: Scheduler,
  { plan, templates }: TargetInput,
): RenderedFile {
  return {
    path: file.replace(/yaml$/, 'crontab.yaml'),
    mode: 0o644,
    sources: [...new Set(jobs.map((job) => job.service.contract))].sort(),
    service: null,
    runtime: 'kubernetes',
    content: templates.render('kubernetes/crontab.yaml.hbs', {
      header: header(plan, null),
      scheduler: name,
      name: crontabName(name),
      namespace: namespace.name,
      labels: labels(plan.project, name, 'backup'),
      crontab: crontab(jobs),
    }),
  };
}

function crontabName(scheduler: string): string {
  return `${scheduler}-crontab`;
}

/** busybox crond's crontab: nothing in it is a contract's free text. */
function crontab(jobs: readonly KubernetesJob[]): string {
  const lines = jobs.map(
    (job) =>
      `${scheduledJob(job).schedule.cron} /bin/sh ${JOBS}/${job.service.service_id}.sh >/proc/1/fd/1 2>&1`,
  );
  return ['* * * * * touch /state/heartbeat', ...lines, ''].join('\n');
}

/** `service=minutes`: the longest that its last success may lie back. */
function readiness(job: KubernetesJob): string {
  const { service } = job;
  return `${service.service_id}=${longestGap(scheduledJob(job).schedule) + longestRun(service) + 60}`;
}

function volumesAndMounts(
  project: string,
  name: string,
  jobs: readonly KubernetesJob[],
): Record<string, unknown> {
  const repositories = new Map(jobs.map(({ repository }) => [repository.name, repository]));
  const secrets = [...repositories.values()].sort((a, b) => compareText(a.name, b.name));
  const paths = jobs.flatMap((job) =>
    hostPaths(job).map((volume) => ({ volume, scope: job.service.service_id })),
  );
  return {
    mounts: [
      { name: 'scripts', mountPath: SCRIPTS, readOnly: true },
      { name: 'crontab', mountPath: CRONTAB, readOnly: true },
      { name: 'jobs', mountPath: JOBS, readOnly: true },
      { name: 'cache', mountPath: '/cache' },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'state', mountPath: '/state' },
      ...secrets.map(credentialsMount),
      ...paths.map(({ volume, scope }) => sourceMount(volume, scope)),
    ],
    volumes: [
      { name: 'scripts', configMap: { name: scriptsConfigMap(project) } },
      { name: 'crontab', configMap: { name: crontabName(name) } },
      { name: 'jobs', configMap: { name: `${name}-jobs` } },
      { name: 'cache', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
      { name: 'state', emptyDir: {} },
      ...secrets.map(credentialsVolume),
      ...sourceVolumes(paths, jobs.some(needsPaths) ? 'stops' : 'unchecked'),
    ],
  };
}

function serviceScript(
  namespace: Namespace,
  job: KubernetesJob,
  { plan, templates }: TargetInput,
): RenderedFile {
  const { service, repository } = job;
  const args = backupArguments(
    job,
    hostPaths(job),
    [PART_TAG],
    [`--state=/state/jobs/${service.service_id}`],
  );
  const behindTags = args.findLastIndex((argument) => argument.startsWith('--tag=')) + 1;
  return {
    path: `${namespace.folder}/${scriptPath(job)}`,
    mode: 0o755,
    sources: [service.contract],
    service: service.service_id,
    runtime: 'kubernetes',
    content: templates.render('kubernetes/hostpath-service.sh.hbs', {
      header: header(plan, service.contract),
      service_id: service.service_id,
      seconds: longestRun(service) * 60,
      credentials: credentialsFolder(repository),
      url: repository.url,
      before: args.slice(0, behindTags),
      after: args.slice(behindTags),
    }),
  };
}
