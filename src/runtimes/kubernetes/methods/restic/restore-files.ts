import { settingsOf } from '../../settings.js';
import { labels } from '../../../../names/objects.js';
import { header } from '../../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../../rendering/file.js';
import { besideWorkload } from '../../render/affinity.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { LIFETIME_SECONDS } from '../../render/lifetime.js';
import { fileOf, restorePodName } from '../../render/names.js';
import { podContext, SCRIPTS, sourceMount, sourceVolumes, tolerationFields } from '../../render/pod.js';
import { backupSecurity, restoreSecurity, type PodSecurity } from '../../render/security.js';
import { restoreDumpFiles } from '../../render/restore-dumps.js';
import { ASIDE, claimPath, restorePodPath } from './restore.js';
import { storedDump } from './stored-dumps.js';

/** What a person applies to restore a service: a pod, and claims that are gone. */
export function restoreFiles(job: KubernetesJob, input: TargetInput): RenderedFile[] {
  const restricted = restrictedSecurity(job);
  return [
    restorePodFile(job, input),
    ...(restricted === null ? [] : [podFile(job, input, restorePodPath(job, true), restricted)]),
    ...claimFiles(job, input),
    ...restoreDumpFiles(job, input, storedDump),
  ];
}

/** The pod that a person restores in. */
export function restorePodFile(job: KubernetesJob, input: TargetInput): RenderedFile {
  return podFile(job, input, restorePodPath(job, false), restoreSecurity(job.volumes));
}

/**
 * The workload's own user, for a namespace that refuses root: every file is given to that user. Null where backups need
 * more than the `restricted` level too, so that the namespace cannot be at it.
 */
export function restrictedSecurity({ service, volumes }: KubernetesJob): PodSecurity | null {
  const security = backupSecurity(service, volumes);
  return security.level === 'restricted' ? security : null;
}

/**
 * A pod with restic, the repository's credentials and the service's volumes, writable, where their snapshots have
 * them; it waits to be told what to do. The folder above them is an empty one of its own, because restic sets owner
 * and times there too.
 */
function podFile(
  job: KubernetesJob,
  { plan, runtimes, templates }: TargetInput,
  path: string,
  security: PodSecurity,
): RenderedFile {
  const { project, service, volumes } = job;
  const settings = settingsOf(runtimes);
  const isRequired = volumes.some(({ kind }) => kind === 'host_path');
  const own = ['aside', 'backup'].map((name) => ({ name, emptyDir: {} }));
  return fileOf(
    job,
    path,
    templates.render('kubernetes/restore-pod.yaml.hbs', {
      header: header(plan, service.contract),
      service_id: service.service_id,
      service_name: service.service_name,
      name: restorePodName(job),
      namespace: job.namespace,
      labels: labels(project, service.service_id, 'restore'),
      deadline: LIFETIME_SECONDS,
      affinity_required: isRequired,
      affinity: besideWorkload(job.placement, volumes, isRequired),
      ...tolerationFields(settings),
      ...podContext({
        project,
        repository: job.repository,
        settings,
        security,
        command: ['/bin/sh', `${SCRIPTS}/restore.sh`],
        args: ['wait'],
        sources: [],
        knowsNode: true,
        moreMounts: [
          { name: 'aside', mountPath: ASIDE },
          { name: 'backup', mountPath: '/backup' },
          ...volumes.map((volume) => ({ ...sourceMount(volume, ''), readOnly: false })),
        ],
        moreVolumes: [
          ...own,
          ...sourceVolumes(
            volumes.map((volume) => ({ volume, scope: '' })),
            'made',
          ),
        ],
      }),
    }),
  );
}

/** Claims of which the contract says how large they are. */
function claimFiles(job: KubernetesJob, { plan, templates }: TargetInput): RenderedFile[] {
  const { service, namespace, volumes } = job;
  const claims = new Map(
    volumes.flatMap(({ kind, name, claim_size, storage_class }) =>
      kind === 'claim' && name !== null && claim_size !== undefined
        ? [[name, { size: claim_size, storage_class: storage_class ?? null }] as const]
        : [],
    ),
  );
  return [...claims].map(([claim, { size, storage_class }]) =>
    fileOf(
      job,
      claimPath(job, claim),
      templates.render('kubernetes/restore-claim.yaml.hbs', {
        header: header(plan, service.contract),
        claim,
        namespace,
        size,
        storage_class,
      }),
    ),
  );
}
