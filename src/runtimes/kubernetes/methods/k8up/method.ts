import type { Backend } from '../../../../backends/backend.js';
import { clusterOf, manifest } from '../../../../backends/cronjob.js';
import { subjectOf } from '../../../../backends/systemd.js';
import { objectName } from '../../../../names/objects.js';
import type { Repository } from '../../../../model/policy.js';
import type { PlannedService } from '../../../../model/plan.js';
import { dumpSources } from '../../../dump-sources.js';
import { dumpImages } from '../../dump-images.js';
import { placeDump } from '../../place-dump.js';
import type { KubernetesProblem, Method } from '../method.js';

/** One Schedule is three triggers: it backs up, checks and prunes. */
const schedule: Backend = {
  name: 'k8up',
  clock: 'kubernetes',
  zone: 'job',
  kinds: ['backup', 'check', 'prune'],
  object: (job, project) => ({
    file: manifest(job, subjectOf(job)),
    name: objectName(project, 'backup', subjectOf(job)),
    entry: job.kind,
    namespace: clusterOf(job).namespace,
  }),
};

/** K8up shares the repository with our jobs, so its prune and check must keep clear of ours. */
export const k8up: Method = {
  name: 'k8up',
  api_groups: ['k8up.io'],
  restic: 'operator',
  // `activeDeadlineSeconds` of its backup.
  honours: ['timeout'],
  keeps: ['keep_last', 'keep_hourly', 'keep_daily', 'keep_weekly', 'keep_monthly', 'keep_yearly'],
  host_paths: false,
  selects_pods: false,
  per_claim: true,
  refused: backendProblems,
  dumps: { place: placeDump },
  parts({ service, placement, place, claims }) {
    const sources = [...claims, ...dumpSources(service, placement)];
    if (sources.length === 0) return [];
    const part = {
      name: null,
      place,
      backend: schedule,
      store: { in: 'repository', name: service.repository },
      facts: { method: 'k8up' },
    } as const;
    const none = { sources: [], snapshot: null, retention: null };
    return [
      {
        ...part,
        kind: 'backup',
        sources,
        facts: { ...part.facts, ...dumpImages(placement, sources) },
        snapshot: { host: null, tags: [k8upTag(service)], forgotten_by: 'operator' },
        retention: null,
      },
      { ...part, ...none, kind: 'check' },
      // Its prune forgets first, by rules of its own.
      { ...part, ...none, kind: 'prune', retention: service.retention },
    ];
  },
};

/** What K8up's snapshots of a service carry. */
export function k8upTag({ service_id }: Pick<PlannedService, 'service_id'>): string {
  return `k8up:${service_id}`;
}

/** K8up's `Backend` knows these (its v1 API); of S3 only addresses with a scheme. */
function backendProblems(repository: Repository): KubernetesProblem[] {
  if (/^(rest:https?:|s3:https?:|b2:|azure:)/.test(repository.url)) return [];
  return [
    {
      code: 'STW546',
      message: `K8up has no back end for repository \`${repository.name}\` (\`${repository.url}\`)`,
      hint: 'it takes rest:http…, s3:http…, b2: and azure: addresses',
      document: 'policy',
      pointer: [...repository.pointer, 'url'],
    },
  ];
}
