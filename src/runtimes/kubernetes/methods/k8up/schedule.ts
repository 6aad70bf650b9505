import { projectName } from '../../../../names/installed.js';
import { labels } from '../../../../names/objects.js';
import { timeoutOf } from '../../../../rendering/longest-run.js';
import type { RepositoryPlan, ServicePlan } from '../../../../model/plan.js';
import { header } from '../../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../../rendering/file.js';
import { claimsOf, type KubernetesJob } from '../../render/cluster.js';
import { componentFile, jsonPatch, literal } from '../../render/component.js';
import { backupName, serviceRendered } from '../../render/names.js';
import { secretName } from '../../render/pod.js';
import { moverSecurity } from '../../render/security.js';
import { jobDumps } from '../../render/dump-containers.js';
import { k8upTag } from './method.js';

const RETENTION = {
  keep_last: 'keepLast',
  keep_hourly: 'keepHourly',
  keep_daily: 'keepDaily',
  keep_weekly: 'keepWeekly',
  keep_monthly: 'keepMonthly',
  keep_yearly: 'keepYearly',
} as const;

/** The label by which K8up finds a service's claims, and the pods that dump its databases. */
export function claimLabels({ project, service }: KubernetesJob): Record<string, string> {
  return { [`${projectName(project)}-service`]: service.service_id };
}

/**
 * K8up's `Schedule` for one service (k8up.io, "API Reference"). It makes one snapshot per claim, all with the same host
 * and tags, so they must not carry our own tag: `forget --group-by host,tags` would keep one claim of each day.
 */
export function k8upFile(job: KubernetesJob, { plan, templates }: TargetInput): RenderedFile {
  const { service, repository } = job;
  const tag = k8upTag(service);
  return serviceRendered(
    job,
    templates.render('kubernetes/k8up.yaml.hbs', {
      header: header(plan, service.contract),
      service_id: service.service_id,
      service_name: service.service_name,
      name: backupName(job),
      namespace: job.namespace,
      labels: labels(job.project, service.service_id, 'backup'),
      backend: backend(repository),
      rest: repository.url.startsWith('rest:'),
      pod_security: moverSecurity(service, job.volumes),
      deadline: timeoutOf(service) * 60,
      backup_cron: cronOf(job, 'backup'),
      check_cron: cronOf(job, 'check'),
      prune_cron: cronOf(job, 'prune'),
      keeps_days: (service.retention.keep_daily ?? 0) > 0,
      tag,
      claim_labels: claimLabels(job),
      retention: { ...retention(service), tags: [tag] },
      dumps: jobDumps(job).length > 0,
    }),
  );
}

/** When one of a Schedule's triggers is due, in the time zone that is meant. */
function cronOf({ jobs, service }: KubernetesJob, entry: string): string {
  const job = jobs.find(({ object }) => object.entry === entry);
  if (job === undefined) throw new Error(`${service.service_id} has no job to ${entry}`);
  const { cron, timezone } = job.schedule;
  return timezone === 'UTC' ? cron : `CRON_TZ=${timezone} ${cron}`;
}

function retention(service: ServicePlan): Record<string, number> {
  return Object.fromEntries(
    Object.entries(RETENTION).flatMap(([rule, field]) => {
      const kept = service.retention[rule as keyof typeof RETENTION];
      return kept === undefined || kept === 0 ? [] : [[field, kept] as const];
    }),
  );
}

/** `spec.backend`: the repository's address in K8up's own words. Checking the plan has refused other kinds. */
export function backend(repository: RepositoryPlan): Record<string, unknown> {
  const name = secretName(repository);
  const key = (variable: string) => ({ name, key: variable });
  const [kind, rest] = splitOnce(repository.url);
  const [container, path] = splitOnce(rest);
  const password = { repoPasswordSecretRef: key('RESTIC_PASSWORD') };
  switch (kind) {
    case 'rest':
      return {
        ...password,
        rest: {
          url: rest,
          userSecretRef: key('RESTIC_REST_USERNAME'),
          passwordSecretReg: key('RESTIC_REST_PASSWORD'),
        },
      };
    case 's3': {
      const { origin, pathname } = new URL(rest);
      return {
        ...password,
        s3: {
          endpoint: origin,
          bucket: pathname.replace(/^\/+|\/+$/g, ''),
          accessKeyIDSecretRef: key('AWS_ACCESS_KEY_ID'),
          secretAccessKeySecretRef: key('AWS_SECRET_ACCESS_KEY'),
        },
      };
    }
    case 'b2':
      return {
        ...password,
        b2: {
          bucket: container,
          path,
          accountIDSecretRef: key('B2_ACCOUNT_ID'),
          accountKeySecretRef: key('B2_ACCOUNT_KEY'),
        },
      };
    case 'azure':
      return {
        ...password,
        azure: {
          container,
          path,
          accountNameSecretRef: key('AZURE_ACCOUNT_NAME'),
          accountKeySecretRef: key('AZURE_ACCOUNT_KEY'),
        },
      };
    default:
      throw new Error(`K8up has no back end for ${repository.url}`);
  }
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(':');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The label on the claims, which K8up selects by. */
export function k8upComponent(job: KubernetesJob, input: TargetInput): RenderedFile {
  return componentFile(job, input, 'kubernetes/workload-k8up.yaml.hbs', {
    claims: claimsOf(job).map(literal),
    patch: jsonPatch({ metadata: { labels: claimLabels(job) } }),
  });
}
