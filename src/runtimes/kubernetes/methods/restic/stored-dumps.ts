import { fence, type Fence } from '../../../../model/guide.js';
import { IN_CLUSTER } from '../../../../steps/typed-at.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { jobDumps } from '../../render/dump-containers.js';
import { kubectl } from '../../render/kubectl.js';
import { restoreDumpWords, type StoredWhere } from '../../render/load-dumps.js';
import { restorePodName } from '../../render/names.js';
import { ASIDE, resticInPod, snapshotFilter } from './restore.js';

/** Dumps lie beside the volumes, in the snapshots of the service. */
export const storedDump: StoredWhere = (job, { dump }) => ({
  filter: snapshotFilter(job, []),
  path: dump.snapshot_path,
  is_archive: false,
});

/** Files of dumps beside the live data, for whoever looks into one or loads it by hand. */
export function dumpsAside(job: KubernetesJob): Fence[] {
  const { service } = job;
  return jobDumps(job).map((here) =>
    fence(`${IN_CLUSTER}, for the dump ${here.dump.name}`, [
      [...resticInPod(job), ...restoreDumpWords(storedDump(job, here), ASIDE)],
      kubectl(
        job,
        'cp',
        `${restorePodName(job)}:${ASIDE}${here.dump.snapshot_path}`,
        `./${service.service_id}-${here.dump.file}`,
      ),
    ]),
  );
}
