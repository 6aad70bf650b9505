import type { Backend } from '../../../../backends/backend.js';
import { clusterOf, manifest } from '../../../../backends/cronjob.js';
import { subjectOf } from '../../../../backends/systemd.js';
import { objectName } from '../../../../names/objects.js';
import type { PlannedService } from '../../../runtime.js';
import type { Method } from '../method.js';

/** One Schedule is three triggers: it backs up, checks and prunes. */
const schedule: Backend = {
  name: 'k8up',
  clock: 'kubernetes',
  zone: 'job',
  kinds: ['backup', 'check', 'prune'],
  object: (job, project) => ({
    file: manifest(job),
    name: objectName(project, 'backup', subjectOf(job)),
    entry: job.kind,
    namespace: clusterOf(job).namespace,
  }),
};

/** K8up shares the repository with our jobs, so its prune and check must keep clear of ours. */
export const k8up: Method = {
  name: 'k8up',
  parts({ service, place, claims }) {
    if (claims.length === 0) return [];
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
        sources: claims,
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
