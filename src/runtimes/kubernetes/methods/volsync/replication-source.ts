import { settingsOf } from '../../settings.js';
import { labels, objectName } from '../../../../names/objects.js';
import type { Job } from '../../../../model/job.js';
import type { ServicePlan } from '../../../../model/plan.js';
import { header } from '../../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../../rendering/file.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { fileOf } from '../../render/names.js';
import { secretName } from '../../render/pod.js';
import { moverSecurity } from '../../render/security.js';
import { plainCron } from '../../render/timing.js';
import { claimUrl } from './method.js';

/** Retention rules and VolSync's field for each; checking the plan has refused others. */
const RETAIN = {
  keep_hourly: 'hourly',
  keep_daily: 'daily',
  keep_weekly: 'weekly',
  keep_monthly: 'monthly',
  keep_yearly: 'yearly',
  keep_within: 'within',
} as const;

/** The `ReplicationSource` of a claim (volsync.readthedocs.io, "Restic-based backup"). */
export function replicationSource(
  job: KubernetesJob,
  claim: string,
  { plan, runtimes, templates }: TargetInput,
): RenderedFile {
  const { service, repository, namespace, volumes } = job;
  const mover = moverSecurity(service, volumes);
  const { object, schedule } = triggerOf(job, claim);
  return fileOf(
    job,
    object.file,
    templates.render('kubernetes/volsync.yaml.hbs', {
      header: header(plan, service.contract),
      service_name: service.service_name,
      claim,
      namespace,
      name: volsyncName(job, claim),
      labels: labels(job.project, service.service_id, 'backup'),
      secret: volsyncSecret(job, claim),
      credentials: secretName(repository),
      url: volsyncRepository(job, claim),
      restricted: mover !== null,
      cron: plainCron(schedule.cron),
      volume_snapshot_class: settingsOf(runtimes).volume_snapshot_class,
      retain: retain(service),
      mover,
    }),
  );
}

/** What fills the Secret of a claim, when the policy names a store. */
export function replicationSecret(
  job: KubernetesJob,
  claim: string,
  { plan, runtimes, templates }: TargetInput,
): RenderedFile[] {
  const { service, repository, namespace } = job;
  const store = settingsOf(runtimes).external_secret;
  if (store === null) return [];
  return [
    fileOf(
      job,
      `kubernetes/${namespace}/volsync/${service.service_id}/secrets/${claim}.yaml`,
      templates.render('kubernetes/volsync-secret.yaml.hbs', {
        header: header(plan, service.contract),
        claim,
        namespace,
        labels: labels(job.project, service.service_id, 'backup'),
        store,
        store_key: `${store.key_prefix}${secretName(repository)}`,
        secret: volsyncSecret(job, claim),
        credentials: secretName(repository),
        url_template: goTemplateText(volsyncRepository(job, claim)),
      }),
    ),
  ];
}

function triggerOf({ jobs, service }: KubernetesJob, claim: string): Job {
  const found = jobs.find(({ part }) => part === claim);
  if (found === undefined) throw new Error(`nothing backs up the claim ${claim} of ${service.service_id}`);
  return found;
}

export function volsyncName({ project }: KubernetesJob, claim: string): string {
  return objectName(project, 'backup', claim);
}

/** Name of the Secret that tells VolSync the repository of one claim. */
export function volsyncSecret({ project }: KubernetesJob, claim: string): string {
  return objectName(project, 'secret', claim);
}

/** The repository of one claim: a path below the policy's own. */
export function volsyncRepository({ repository, namespace }: KubernetesJob, claim: string): string {
  return claimUrl(repository.url, namespace, claim);
}

/** Text that the External Secrets Operator, which reads it as a Go template, gives back as it is. */
function goTemplateText(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

function retain(service: ServicePlan): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(RETAIN).flatMap(([rule, field]) => {
      const kept = service.retention[rule as keyof typeof RETAIN];
      return kept === undefined || kept === 0 ? [] : [[field, kept] as const];
    }),
  );
}
