import { crond } from '../../../../backends/crond.js';
import { cronjob } from '../../../../backends/cronjob.js';
import { backupUser } from '../../render/security.js';
import { dumpSources } from '../../../dump-sources.js';
import type { Source } from '../../../../model/job.js';
import type { Part } from '../../../../jobs/part.js';
import type { Backed, Method } from '../method.js';
import { dumpImages } from '../../dump-images.js';
import { placeDump } from '../../place-dump.js';

/** A tag that keeps snapshots of hostPaths in a retention group apart from those of the service's claims. */
export const PART_TAG = 'part:hostpath';

/** A CronJob for everything; or one for the claims, and a crond on each node for hostPaths. */
export const restic: Method = {
  name: 'restic',
  api_groups: ['batch', 'apps'],
  restic: 'ours',
  honours: 'all',
  keeps: 'all',
  host_paths: true,
  selects_pods: true,
  per_claim: false,
  dumps: { place: placeDump },
  parts(backed) {
    const { service, placement, claims, nodes, settings } = backed;
    const dumps = dumpSources(service, placement);
    const parts =
      settings.host_path_mode === 'daemonset'
        ? [inCronJob(backed, [...claims, ...dumps]), onEachNode(backed)]
        : [inCronJob(backed, [...claims, ...nodes, ...dumps])];
    return parts.filter(({ sources }) => sources.length > 0);
  },
};

function inCronJob(
  { service, placement, place, settings }: Backed,
  sources: readonly Source[],
  tags: readonly string[] = service.tags,
): Part {
  const isOnlyClaims = sources.every(({ at }) => at !== 'node');
  const user = backupUser(service, isOnlyClaims);
  return {
    kind: 'backup',
    name: null,
    place,
    backend: cronjob,
    store: { in: 'repository', name: service.repository },
    sources,
    snapshot: { host: placement.snapshot_host, tags, forgotten_by: 'forget-job' },
    retention: service.retention,
    facts: {
      ...{ method: 'restic', image: settings.image, user: String(user?.uid ?? 0) },
      ...dumpImages(placement, sources),
    },
  };
}

/** Under one tag more than the claims' snapshots, which have the same host: a group of its own for forget. */
function onEachNode(backed: Backed): Part {
  const { service, placement, place, settings, nodes } = backed;
  return {
    ...inCronJob(backed, nodes, [...service.tags, PART_TAG]),
    name: 'hostpath',
    place: { ...place, nodes: placement.node_selector ?? settings.node_selector },
    backend: crond(settings.node_selector),
  };
}
