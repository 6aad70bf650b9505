import { settingsOf } from '../../settings.js';
import { labels, objectName } from '../../../../names/objects.js';
import type { ServicePlan } from '../../../../model/plan.js';
import { header } from '../../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../../rendering/file.js';
import { backupSchedule, claimsOf, type KubernetesJob } from '../../render/cluster.js';
import { serviceRendered } from '../../render/names.js';
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

/** A `ReplicationSource` per claim (volsync.readthedocs.io, "Restic-based backup"). */
export function volsyncFile(job: KubernetesJob, { plan, runtimes, templates }: TargetInput): RenderedFile {
  const { service, repository, namespace } = job;
  const { cron } = backupSchedule(job);
  const store = settingsOf(runtimes).external_secret;
  return serviceRendered(
    job,
    templates.render('kubernetes/volsync.yaml.hbs', {
      header: header(plan, service.contract),
      service_name: service.service_name,
      url: repository.url,
      secret: secretName(repository),
      restricted: moverSecurity(service, job.volumes) !== null,
      sources: claimsOf(job).map((claim) => ({
        claim,
        namespace,
        name: volsyncName(job, claim),
        labels: labels(job.project, service.service_id, 'backup'),
        store,
        store_key: `${store?.key_prefix ?? ''}${secretName(repository)}`,
        secret: volsyncSecret(job, claim),
        url: volsyncRepository(job, claim),
        url_template: goTemplateText(volsyncRepository(job, claim)),
        cron: plainCron(cron),
        volume_snapshot_class: settingsOf(runtimes).volume_snapshot_class,
        retain: retain(service),
        mover: moverSecurity(service, job.volumes),
      })),
    }),
  );
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
