import { installedName } from '../names/installed.js';
import { repositoriesOf } from '../model/job.js';
import type { Backend, Unplaced } from './backend.js';

/** Units of the system's manager. */
export const systemd: Backend = {
  name: 'systemd',
  clock: 'systemd',
  zone: 'job',
  kinds: 'any',
  object(job, project, stem) {
    const name = installedName(project, stem, subjectOf(job));
    return { file: `${job.place.folder}/systemd/${name}.timer`, name, entry: null, namespace: null };
  },
};

/** Timers of a user's manager, which start containers. It has no repository of its own to maintain. */
export const systemdUser: Backend = { ...systemd, name: 'systemd-user', kinds: ['backup'] };

/** What a job is about, in the names of its units and objects: a service, or a repository. */
export function subjectOf(job: Unplaced): string {
  return job.service ?? repositoriesOf(job)[0] ?? '';
}
