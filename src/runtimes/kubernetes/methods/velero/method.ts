import type { Backend } from '../../../../backends/backend.js';
import { manifest } from '../../../../backends/cronjob.js';
import { subjectOf } from '../../../../backends/systemd.js';
import { objectName } from '../../../../names/objects.js';
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
  dumps: {
    cannot:
      'Velero runs commands only in the pods of the workload, where no volume is kept for dumps, and keeps the backup of a command that fails',
    hint: 'set `runtimes.kubernetes.method: restic`, or take the dump out',
  },
  parts({ service, place, settings, claims }) {
    if (claims.length === 0) return [];
    return [
      {
        kind: 'backup',
        name: null,
        place,
        backend: schedule(settings.velero_namespace),
        store: { in: 'operator', operator: 'velero' },
        sources: claims,
        snapshot: null,
        retention: service.retention,
        facts: { method: 'velero', snapshot: settings.snapshot },
      },
    ];
  },
};
