/** Codes of what is wrong with the snapshots that exist (`stowage audit`). */
export const AUDIT_CODES = {
  STW901:
    'A service that the plan backs up has no snapshot under its host and tags. Look at its job; a service that was added just now has none before its first run.',
  STW902:
    'The newest snapshot of a service is older than it may be, or from the future. Look at the log of its job, its timer, and the clock of its machine.',
  STW903:
    'The newest complete snapshot of a service lacks a volume or a dump that the plan backs up. Jobs from before that change may still be installed.',
  STW904:
    'The newest snapshot of a service is marked as incomplete: something of it could not be read, or was lost. The log of its job says what; until then only the one before it restores everything.',
  STW905:
    'The newest snapshot of a service holds much less than the one before it. A disk may not be mounted, or an application may have started anew without its data.',
  STW906:
    'Snapshots that no service of the plan makes: of a service that left, of a host that was renamed, of other programs. Nothing of ours ever forgets them.',
  STW907:
    'A service has fewer snapshots than its retention would have kept by now. Backups were missed, or somebody else forgets snapshots.',
  STW910:
    'What is given as the snapshots of a repository cannot be read as such. It is what `restic snapshots --json` prints, and nothing else.',
} as const;
