import { groupBy } from '../../plan/group.js';
import type { PlannedVolume, RepositoryPlan } from '../../plan/plan.js';
import { header } from '../header.js';
import type { RenderedFile, TargetInput } from '../target.js';
import { backupArguments } from './backup-files.js';
import type { KubernetesJob, Namespace } from './cluster.js';
import { labels, objectName } from './names.js';
import type { Generator } from './namespace-files.js';
import {
  ANY_NODE,
  podResources,
  SCRIPTS,
  SCRIPTS_CONFIG_MAP,
  secretName,
  sourceMount,
  sourceVolumes,
} from './pod.js';
import { rootSecurity } from './security.js';
import { longestGap } from './timing.js';

const CRONTAB = '/etc/stowage-crontab';
const JOBS = '/etc/stowage-jobs';
const CREDENTIALS = '/etc/stowage-credentials';

/** Scripts that the scheduler's pod needs besides backup.sh. */
export const HOSTPATH_SCRIPTS = [
  { file: 'hostpath.sh', template: 'kubernetes/hostpath.sh.hbs' },
  { file: 'hostpath-job.sh', template: 'kubernetes/hostpath-job.sh.hbs' },
  { file: 'hostpath-probe.sh', template: 'kubernetes/hostpath-probe.sh.hbs' },
] as const;

/** A tag that keeps these snapshots in a retention group apart from those of the service's claims. */
export const PART_TAG = 'part:hostpath';

/** The volumes of a job that the scheduler backs up. */
export function hostPaths(job: KubernetesJob): PlannedVolume[] {
  return job.volumes.filter((volume) => volume.kind === 'host_path');
}

/** One scheduler per namespace and time zone (crond has one time zone), and a script per service. */
export function hostpathFiles(
  namespace: Namespace,
  input: TargetInput,
): { files: RenderedFile[]; resources: string[]; generators: Generator[] } {
  const jobs = namespace.jobs.filter((job) => hostPaths(job).length > 0);
  const zones = [...groupBy(jobs, (job) => job.placement.schedule.timezone)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return {
    files: [
      ...zones.map(([timezone, members]) => schedulerFile(namespace, timezone, members, input)),
      ...jobs.map((job) => serviceScript(namespace, job, input)),
    ],
    resources: zones.map(([timezone]) => `${schedulerName(timezone)}.yaml`),
    generators: zones.map(([timezone, members]) => ({
      name: `${schedulerName(timezone)}-jobs`,
      files: members.map(scriptPath),
    })),
  };
}

function schedulerName(timezone: string): string {
  return objectName('hostpath', timezone);
}

function scriptPath({ service }: KubernetesJob): string {
  return `hostpath/${service.service_id}.sh`;
}

function schedulerFile(
  namespace: Namespace,
  timezone: string,
  jobs: readonly KubernetesJob[],
  { plan, runtimes, templates }: TargetInput,
): RenderedFile {
  const name = schedulerName(timezone);
  const settings = runtimes.kubernetes;
  const own = labels(name, 'backup');
  return {
    path: `${namespace.folder}/${name}.yaml`,
    mode: 0o644,
    sources: [...new Set(jobs.map((job) => job.service.contract))].sort(),
    service: null,
    runtime: 'kubernetes',
    content: templates.render('kubernetes/hostpath.yaml.hbs', {
      header: header(plan, null),
      name,
      crontab_name: `${name}-crontab`,
      namespace: namespace.name,
      labels: own,
      selector: own,
      crontab: crontab(jobs),
      timezone,
      node_selector: { 'kubernetes.io/os': 'linux', ...settings.node_selector },
      image: settings.image,
      resources: podResources(settings),
      tolerations: ANY_NODE,
      security: rootSecurity(['DAC_READ_SEARCH', 'SETGID']),
      command: ['/bin/sh', `${SCRIPTS}/hostpath.sh`],
      args: [CRONTAB],
      ready_command: ['/bin/sh', `${SCRIPTS}/hostpath-probe.sh`, 'ready', ...jobs.map(readiness)],
      ...volumesAndMounts(name, jobs),
    }),
  };
}

/** busybox crond's crontab: nothing in it is a contract's free text. */
function crontab(jobs: readonly KubernetesJob[]): string {
  const lines = jobs.map(
    ({ service, placement }) =>
      `${placement.schedule.cron} /bin/sh ${JOBS}/${service.service_id}.sh >/proc/1/fd/1 2>&1`,
  );
  return ['* * * * * touch /state/heartbeat', ...lines, ''].join('\n');
}

/** `service=minutes`: the longest that its last success may lie back. */
function readiness({ service, placement }: KubernetesJob): string {
  return `${service.service_id}=${longestGap(placement.schedule) + service.timeout + 60}`;
}

function volumesAndMounts(name: string, jobs: readonly KubernetesJob[]): Record<string, unknown> {
  const repositories = new Map(jobs.map(({ repository }) => [repository.name, repository]));
  const secrets = [...repositories.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
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
      ...secrets.map((repository) => ({
        name: objectName('secret', repository.name),
        mountPath: credentialsFolder(repository),
        readOnly: true,
      })),
      ...paths.map(({ volume, scope }) => sourceMount(volume, scope)),
    ],
    volumes: [
      { name: 'scripts', configMap: { name: SCRIPTS_CONFIG_MAP } },
      { name: 'crontab', configMap: { name: `${name}-crontab` } },
      { name: 'jobs', configMap: { name: `${name}-jobs` } },
      { name: 'cache', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
      { name: 'state', emptyDir: {} },
      ...secrets.map((repository) => ({
        name: objectName('secret', repository.name),
        secret: { secretName: secretName(repository), defaultMode: 0o400 },
      })),
      ...sourceVolumes(paths),
    ],
  };
}

function credentialsFolder(repository: RepositoryPlan): string {
  return `${CREDENTIALS}/${repository.name}`;
}

function serviceScript(
  namespace: Namespace,
  job: KubernetesJob,
  { plan, templates }: TargetInput,
): RenderedFile {
  const { service, repository } = job;
  const args = backupArguments(job, hostPaths(job), [PART_TAG]);
  const behindTags = args.indexOf('--group-by=host,tags');
  return {
    path: `${namespace.folder}/${scriptPath(job)}`,
    mode: 0o755,
    sources: [service.contract],
    service: service.service_id,
    runtime: 'kubernetes',
    content: templates.render('kubernetes/hostpath-service.sh.hbs', {
      header: header(plan, service.contract),
      service_id: service.service_id,
      seconds: service.timeout * 60,
      credentials: credentialsFolder(repository),
      url: repository.url,
      before: args.slice(0, behindTags),
      after: args.slice(behindTags),
    }),
  };
}
