import type { RepositoryPlan } from '../model/plan.js';
import { helperOf, sshServer } from '../model/repository-url.js';

/** Runs what follows as user restic, whose keys and settings lie in its home folder. */
const AS_RESTIC =
  'setpriv --reuid=restic --regid=restic --init-groups --inh-caps=-all env HOME=/var/lib/restic';

/**
 * Options with which root's restic leaves the way to the repository to user restic: nothing is known twice, and nothing
 * of root's is left behind that user restic cannot read or replace.
 */
export function optionsForRoot({ url, local_path }: Pick<RepositoryPlan, 'url' | 'local_path'>): string[] {
  // A lock would be root's, and unreadable to every other job.
  if (local_path !== null) return ['--no-lock'];
  if (helperOf(url) === 'rclone') return [`--option=rclone.program=${AS_RESTIC} rclone`];
  const server = sshServer(url);
  return server === null ? [] : [`--option=sftp.command=${AS_RESTIC} ${sshCommand(server)}`];
}

/** What restic itself would run. */
function sshCommand({ user, host, port }: NonNullable<ReturnType<typeof sshServer>>): string {
  return [
    'ssh',
    ...(port === '' ? [] : ['-p', port]),
    ...(user === '' ? [] : ['-l', user]),
    host,
    '-s',
    'sftp',
  ]
    .map((word) => (/^[\w.@:%-]+$/.test(word) ? word : `'${word.replaceAll("'", '')}'`))
    .join(' ');
}
