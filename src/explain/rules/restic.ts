import type { LineRule } from './rule.js';

const BACKUP = 'restic manual, “Backing up”';
const FORGET = 'restic manual, “Removing snapshots according to a policy”';

function option(names: string, says: string, source: string): LineRule {
  return { line: new RegExp(`(?<![\\w-])--(?:${names})(?![\\w-])`), says, source };
}

/** restic's options, wherever they stand. */
export const RESTIC_RULES: readonly LineRule[] = [
  option(
    'host',
    'Always given: a random host name, such as a pod’s, would begin a new group of snapshots that nothing ever forgets.',
    FORGET,
  ),
  option(
    'tag',
    'The service’s own tag, the same for ever: forget removes only snapshots that bear it.',
    FORGET,
  ),
  option(
    'group-by',
    'History is grouped by host and tags, not by paths: a volume that moves keeps its history.',
    `${BACKUP}, “File change detection”`,
  ),
  option(
    'retry-lock',
    'Waits for a lock of another job on the repository instead of failing at once.',
    'restic manual, “Locks”',
  ),
  option(
    'exclude',
    'Patterns match whole paths as snapshots show them, /backup/<service>/<volume>/….',
    `${BACKUP}, “Excluding Files”`,
  ),
  option('keep-[a-z-]+', 'The retention of this service.', FORGET),
  option(
    'read-data-subset',
    'Each run reads another part of the data; all of them together read everything.',
    'restic manual, “Checking integrity and consistency”',
  ),
  option(
    'stdin-filename|stdin-from-command',
    'The dump goes to restic as a stream with a fixed name, so that it has a parent and deduplicates; restic notices when the command fails.',
    `${BACKUP}, “Reading data from a command”`,
  ),
];
