import type { ClusterPlace } from '../model/job.js';
import { objectName, serviceFile, withoutProject } from '../names/objects.js';
import type { Backend, Unplaced } from './backend.js';
import { subjectOf } from './systemd.js';

/** One CronJob per job, in a file of its own. */
export const cronjob: Backend = {
  name: 'cronjob',
  clock: 'kubernetes',
  zone: 'job',
  kinds: 'any',
  object: (job, project, stem) => {
    const name = objectName(project, stem, subjectOf(job));
    const file =
      job.service === null
        ? `${job.place.folder}/maintenance-${withoutProject(project, name)}.yaml`
        : manifest(job, job.service);
    return { file, name, entry: null, namespace: clusterOf(job).namespace };
  },
};

/** The file of what backs up a service, in its namespace's folder. */
export function manifest({ place }: Unplaced, service: string): string {
  return `${place.folder}/${serviceFile(service)}`;
}

export function clusterOf({ place, id }: Unplaced): ClusterPlace {
  if (place.on !== 'cluster') throw new Error(`${id} is on no cluster`);
  return place;
}
