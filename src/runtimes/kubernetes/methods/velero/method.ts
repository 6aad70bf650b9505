import type { Backend } from '../../../../backends/backend.js';
import { manifest } from '../../../../backends/cronjob.js';
import { subjectOf } from '../../../../backends/systemd.js';
import { objectName } from '../../../../names/objects.js';
import { engineOf } from '../../../../dumps/registry.js';
import type { PlacedDump } from '../../../../model/dump.js';
import { dumpSources } from '../../../dump-sources.js';
import type { CannotReach, DumpToPlace } from '../../../runtime.js';
import { dumpImages } from '../../dump-images.js';
import { placeDump } from '../../place-dump.js';
import type { Method } from '../method.js';

/** All Schedules lie in Velero's own namespace; their files lie with the service. */
function schedule(namespace: string): Backend {
  return {
    name: 'velero',
    clock: 'kubernetes',
    zone: 'job',
    kinds: ['backup'],
    object: (job, project, stem) => ({
      file: manifest(job, subjectOf(job)),
      name: objectName(project, stem, subjectOf(job)),
      entry: null,
      namespace,
    }),
  };
}

/** Velero brings a dump back inside of the workload, which has opened its files by then. */
function besideWorkload(asked: DumpToPlace): PlacedDump | CannotReach {
  const { title, reads_files: readsFiles } = engineOf(asked.dump.engine);
  if (readsFiles === null) return placeDump(asked);
  return {
    cannot: `Velero brings a dump back in the pod of the workload, which has the file of ${title} open by then`,
    hint: 'set `runtimes.kubernetes.method: restic`, or `snapshot: csi` and take the dump out',
  };
}

/** No restic: nothing of ours forgets, prunes, checks or finds these backups. */
export const velero: Method = {
  name: 'velero',
  api_groups: ['velero.io'],
  restic: 'nobody',
  honours: [],
  // It has one age for everything: the longest.
  keeps: 'all',
  host_paths: false,
  selects_pods: true,
  per_claim: false,
  copies_at_once: ({ snapshot }) => snapshot === 'csi',
  dumps: { place: besideWorkload },
  parts({ service, placement, place, settings, claims }) {
    const sources = [...claims, ...dumpSources(service, placement)];
    if (sources.length === 0) return [];
    return [
      {
        kind: 'backup',
        name: null,
        place,
        backend: schedule(settings.velero_namespace),
        store: { in: 'operator', operator: 'velero' },
        sources,
        snapshot: null,
        retention: service.retention,
        facts: { method: 'velero', snapshot: settings.snapshot, ...dumpImages(placement, sources) },
      },
    ];
  },
};
