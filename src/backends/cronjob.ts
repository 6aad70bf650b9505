import type { ClusterPlace } from '../model/job.js';
import { objectName, serviceFile } from '../names/objects.js';
import type { Backend, Unplaced } from './backend.js';
import { subjectOf } from './systemd.js';

/** One CronJob per job; those of a repository lie in one file. */
export const cronjob: Backend = {
  name: 'cronjob',
  clock: 'kubernetes',
  zone: 'job',
  kinds: 'any',
  object: (job, project, stem) => ({
    file: manifest(job),
    name: objectName(project, stem, subjectOf(job)),
    entry: null,
    namespace: clusterOf(job).namespace,
  }),
};

/** The file of a job in its namespace's folder. */
export function manifest(job: Unplaced): string {
  const file = job.service === null ? `maintenance-${subjectOf(job)}.yaml` : serviceFile(job.service);
  return `${job.place.folder}/${file}`;
}

export function clusterOf({ place, id }: Unplaced): ClusterPlace {
  if (place.on !== 'cluster') throw new Error(`${id} is on no cluster`);
  return place;
}
