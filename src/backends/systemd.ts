import { installedName } from '../names/installed.js';
import { repositoriesOf, type Job } from '../model/job.js';
import type { Backend } from './backend.js';

/** Units of the system's manager. */
export const systemd: Backend = {
  name: 'systemd',
  clock: 'systemd',
  zone: 'job',
  kinds: 'any',
  object(job, project, stem) {
    const name = installedName(project, stem, unitSubject(job));
    return { file: `${job.place.folder}/systemd/${name}.timer`, name, entry: null, namespace: null };
  },
};

/** Timers of a user's manager, which start containers. It has no repository of its own to maintain. */
export const systemdUser: Backend = { ...systemd, name: 'systemd-user', kinds: ['backup'] };

type Named = Pick<Job, 'service' | 'part' | 'store' | 'sources'>;

/** What a job is about, in the names of its units: beside the service the one of its parts that it is for. */
export function unitSubject(job: Named): string {
  return job.part === null ? subjectOf(job) : `${subjectOf(job)}--${job.part}`;
}

/** What a job is about, in the names of its units and objects: a service, or a repository. */
export function subjectOf(job: Omit<Named, 'part'>): string {
  return job.service ?? repositoriesOf(job)[0] ?? '';
}
