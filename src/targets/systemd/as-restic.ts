import { posix } from 'node:path';
import type { RepositoryPlan } from '../../plan/plan.js';

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
  if (url.startsWith('rclone:')) return [`--option=rclone.program=${AS_RESTIC} rclone`];
  if (url.startsWith('sftp:')) return [`--option=sftp.command=${AS_RESTIC} ${sshCommand(url)}`];
  return [];
}

/** What restic itself would run: `sftp://[user@]host[:port]/path`, or `sftp:[user@]host:path`. */
function sshCommand(url: string): string {
  const rest = url.slice('sftp:'.length);
  const isUrl = rest.startsWith('//');
  const place = isUrl ? (rest.slice(2).split(posix.sep)[0] ?? '') : rest.replace(/:[^\]]*$/, '');
  const [, user = '', host = '', port = ''] = /^(?:(.*)@)?(\[.*\]|[^:]*)(?::(\d+))?$/.exec(place) ?? [];
  return [
    'ssh',
    ...(port === '' ? [] : ['-p', port]),
    ...(user === '' ? [] : ['-l', user]),
    host.replace(/^\[(.*)\]$/, '$1'),
    '-s',
    'sftp',
  ]
    .map((word) => (/^[\w.@:%-]+$/.test(word) ? word : `'${word.replaceAll("'", '')}'`))
    .join(' ');
}
