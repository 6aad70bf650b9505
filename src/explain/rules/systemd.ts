import type { LineRule } from './rule.js';

const EXEC = 'systemd.exec(5)';
const SERVICE = 'systemd.service(5)';

function key(names: string, says: string, source: string): LineRule {
  return { line: new RegExp(`^(?:${names})=`), says, source };
}

/** Keys of `.service` and `.timer` files. */
export const SYSTEMD_RULES: readonly LineRule[] = [
  key(
    'OnCalendar',
    'The schedule with this job’s own offset inside the spread, chosen when the tree is rendered so that it can be reviewed; several lines where a cron expression restricts both the day of the month and the day of the week.',
    'systemd.time(7)',
  ),
  key(
    'Persistent',
    'A run that was missed while the machine was off is made up for once, at boot.',
    'systemd.timer(5)',
  ),
  key(
    'AccuracySec',
    'Without it systemd may start a job up to a minute late, and the times in review would not be the times at night.',
    'systemd.timer(5)',
  ),
  key(
    'Unit',
    'The timer starts the queue, which starts the job when its turn comes: only `parallel` backups run at once.',
    'systemd.timer(5)',
  ),
  key(
    'RuntimeDirectory(?:Mode|Preserve)?',
    'The turns of all projects on the host: a file that is locked is a turn that is taken.',
    `${EXEC}; flock(1)`,
  ),
  key(
    'RequiresMountsFor',
    'The job waits for the file systems that hold its sources, and fails when one cannot be mounted.',
    'systemd.unit(5)',
  ),
  key(
    'OnFailure',
    'Whoever has to know is told: every way in which the job can fail ends in this unit.',
    'systemd.unit(5)',
  ),
  key('Wants|After', 'The repository is on the network.', 'systemd.special(7), network-online.target'),
  key('Type', 'The job is a program that ends; the timer cannot start it twice at once.', SERVICE),
  key('RuntimeMaxSec', 'A job that hangs ends, and the next one begins.', SERVICE),
  key(
    'TimeoutStartSec',
    'A oneshot job has no time-out unless one is set; a hanging job would keep every later one from running.',
    SERVICE,
  ),
  key(
    'KillMode|KillSignal|TimeoutStopSec',
    'restic removes its lock when it is interrupted, if it gets the time to and keeps its ssh or rclone until then.',
    'systemd.kill(5); restic manual, “Locks”',
  ),
  key(
    'LoadCredential|Environment=RESTIC_PASSWORD_FILE',
    'systemd hands the password to this job alone, as a file in memory; the tree holds only its name.',
    EXEC,
  ),
  key('EnvironmentFile', 'What the repository needs besides its password, read by systemd as root.', EXEC),
  key(
    'Environment',
    'Settings that restic reads from its environment.',
    'restic manual, “Environment Variables”',
  ),
  key(
    'AmbientCapabilities|CapabilityBoundingSet',
    'The job may read files of any owner and nothing else that root may.',
    'capabilities(7), CAP_DAC_READ_SEARCH',
  ),
  key('User|Group', 'Not root: a fault in restic, or a hostile repository, cannot change the machine.', EXEC),
  key(
    'TemporaryFileSystem|BindReadOnlyPaths',
    'restic sees each volume as /backup/<service>/<volume>, read-only, on every host and runtime: a volume can move and keep its history.',
    EXEC,
  ),
  key(
    'BindPaths|ReadWritePaths',
    'The one place that the job may write to: a repository in the file system.',
    EXEC,
  ),
  {
    line: /^(?:ExecStartPre|ExecStopPost)=.*\/around\.sh /,
    says: 'Hooks of the contract, and what is to stand still while files are read. What has to be done at the end is on the disk before anything is stopped, and is done once: by the job, by what comes after its failure, or by the next boot.',
    source: `${SERVICE}; measured: a job killed at random moments, and power lost`,
  },
  key(
    'OnStartupSec',
    'Once after a boot: a job that was under way when the machine went off may have left something standing still.',
    'systemd.timer(5)',
  ),
  key(
    'Restart(?:Sec)?|StartLimit\\w+',
    'What could not be started is tried again, and then somebody is told.',
    SERVICE,
  ),
  key(
    'ExecStartPre',
    'Looks at the source before restic does: restic would record a missing or empty one as the new state. Then dumps databases: files that are copied while a server writes them do not fit together.',
    `${SERVICE}; restic before 0.19 ended with 0 when a source was missing`,
  ),
  key(
    'ExecStopPost',
    'Empties the folder of dumps however the run ended: no dump of another day is ever saved, and none lies about.',
    SERVICE,
  ),
  key(
    'ExecStart',
    'restic, with everything that decides about history on the command line. The script around it fails when the snapshot is not a complete one.',
    'restic manual, “Backing up”, “Exit codes”',
  ),
  key('Nice|CPUWeight|IOWeight|IOSchedulingClass', 'The workload comes first.', EXEC),
  key(
    'CacheDirectory(?:Mode)?',
    'restic’s cache outlives the job, below /var/cache, where the job may write.',
    EXEC,
  ),
  key(
    'StateDirectory(?:Mode)?',
    'What one run of the job leaves for the next, below /var/lib: what was mounted, and a snapshot that nobody has judged yet.',
    EXEC,
  ),
  key('ProtectHome', 'Hides home folders, unless a source lives there: then they are only read.', EXEC),
  key(
    'NoNewPrivileges|Protect\\w+|Private\\w+|ProcSubset|Restrict\\w+|LockPersonality|MemoryDenyWriteExecute|RemoveIPC|KeyringMode|SystemCall\\w+|UMask|DevicePolicy|IPAddressDeny',
    'Least privilege: `systemd-analyze security` rates the job below 2.0.',
    EXEC,
  ),
  key('WantedBy', 'install.sh enables the timer, and systemd starts it at boot.', 'systemd.unit(5)'),
];
