import type { Backend } from '../../../../backends/backend.js';
import { clusterOf } from '../../../../backends/cronjob.js';
import { subjectOf } from '../../../../backends/systemd.js';
import { objectName } from '../../../../names/objects.js';
import type { Method } from '../method.js';

/** Its `trigger.schedule` takes no time zone. */
const replicationSource: Backend = {
  name: 'volsync',
  clock: 'kubernetes',
  zone: 'operator',
  kinds: ['backup'],
  object: (job, project, stem) => ({
    file: `${job.place.folder}/volsync/${subjectOf(job)}/${job.part ?? ''}.yaml`,
    name: objectName(project, stem, job.part ?? ''),
    entry: null,
    namespace: clusterOf(job).namespace,
  }),
};

/** One job and one repository per claim: VolSync forgets every snapshot there that its own rules do not keep. */
export const volsync: Method = {
  name: 'volsync',
  api_groups: ['volsync.backube'],
  restic: 'operator',
  honours: [],
  keeps: ['keep_hourly', 'keep_daily', 'keep_weekly', 'keep_monthly', 'keep_yearly', 'keep_within'],
  host_paths: false,
  selects_pods: false,
  per_claim: true,
  // `copyMethod: Snapshot`.
  copies_at_once: () => true,
  dumps: {
    cannot: 'VolSync runs no command before it copies a claim',
    hint: 'set `runtimes.kubernetes.method: restic`, or take the dump out',
  },
  parts({ service, place, policy, claims }) {
    const url = policy.repositories.find(({ name }) => name === service.repository)?.url ?? '';
    return [...new Set(claims.map(({ claim }) => claim))].map((claim) => ({
      kind: 'backup',
      name: claim,
      place,
      backend: replicationSource,
      store: { in: 'below-repository', name: service.repository, url: claimUrl(url, place.namespace, claim) },
      sources: claims.filter((source) => source.claim === claim),
      snapshot: { host: null, tags: [], forgotten_by: 'operator' },
      retention: service.retention,
      facts: { method: 'volsync' },
    }));
  },
};

/** The repository of one claim: a path below the policy's own. */
export function claimUrl(url: string, namespace: string, claim: string): string {
  const separator = /^(?:b2|azure|gs|swift):[^:]*$/.test(url) ? ':' : '/';
  return `${url.replace(/\/+$/, '')}${separator}volsync/${namespace}/${claim}`;
}
