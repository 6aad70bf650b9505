import type { NodeSource } from '../model/job.js';
import { objectName, withoutProject } from '../names/objects.js';
import { labelTexts } from '../model/labels.js';
import type { Labels } from '../model/policy.js';
import type { Backend, Unplaced } from './backend.js';
import { clusterOf } from './cronjob.js';

/**
 * One crond on each node of a set: one DaemonSet for all jobs of a namespace that share nodes and time zone.
 *
 * @param usual the nodes that go without saying in the DaemonSet's name
 */
export function crond(usual: Labels): Backend {
  return {
    name: 'crond',
    clock: 'kubernetes',
    zone: 'job',
    kinds: ['backup'],
    object: (job, project) => {
      const place = clusterOf(job);
      const name = objectName(project, 'hostpath', nameParts(job, place.nodes ?? {}, usual).join('/'));
      // The folder is the project's own, so its name is left out.
      const file = withoutProject(project, name);
      return {
        file: `${place.folder}/${file}.yaml`,
        name,
        entry: job.service,
        namespace: place.namespace,
      };
    },
  };
}

/**
 * After its time zone, its node set where that is not the one of the policy's runtime, and the service that it is for
 * alone.
 */
function nameParts(job: Unplaced, nodes: Labels, usual: Labels): string[] {
  const zone = job.wish.at === 'window' ? job.wish.timezone : '';
  const labels = labelTexts(nodes).join('/');
  return [
    zone,
    ...(labels === labelTexts(usual).join('/') ? [] : [labels]),
    ...(mustExist(job.sources) ? [`service/${job.service ?? ''}`] : []),
  ];
}

/**
 * Whether the pod must not start without the paths of a service: where it looks at nothing, the container runtime makes
 * a folder of a file that is not there, and nobody notices a missing folder that may be empty. Such a service has a
 * scheduler of its own, so that it keeps no other from being backed up.
 */
export function mustExist(sources: Unplaced['sources']): boolean {
  return sources
    .filter((source): source is NodeSource => source.at === 'node')
    .some(({ is_file, allow_empty }) => is_file || allow_empty);
}
