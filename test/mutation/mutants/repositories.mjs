const FORGET = ['test/unit/host/forget.test.ts'];
const LOCKS = ['test/unit/systemd/locks-by-id.test.ts', 'test/unit/systemd/dead-locks.test.ts'];

/** What makes snapshots, forgets them, checks them, and removes locks. */
export const repositories = [
  {
    file: 'src/audit/audit.ts',
    tests: ['test/unit/audit/audit.test.ts'],
    mutants: [
      ['a run that never ends is late at once', 'Math.min(room, ', 'Math.min(0, '],
      ['a snapshot from the future is the newest', 'time <= latest', 'time <= Infinity'],
      ['what lies at no path counts', 'const lost = lacking(expected.job, newest);', 'const lost = [];'],
      ['one snapshot that is gone is told', 'modelled - 1', 'modelled + 1'],
    ],
  },
  {
    file: 'src/audit/series.ts',
    tests: ['test/unit/audit/audit.test.ts'],
    mutants: [
      ['nobody can accept', "if (this.isAccepted(snapshot)) return 'complete';", ''],
      ['a filter may forget others', 'return alike?.length === group.length;', 'return true;'],
    ],
  },
  {
    file: 'templates/host/_run-backup.sh.hbs',
    tests: ['test/unit/host/backup.test.ts'],
    mutants: [
      [
        'a loss of just the limit is refused',
        'files_lost > files[$1] * share)',
        'files_lost >= files[$1] * share)',
      ],
      ['few bytes count', 'bytes[$1] >= 10485760 &&', 'bytes[$1] >= 1048576 &&'],
      ['many files count only in larger numbers', 'files[$1] >= 100 &&', 'files[$1] > 1000 &&'],
      ['files that could not be read are accepted', '3accept)', '3*)'],
      ['a status of another error is accepted', '0*) ;;', '[01]*) ;;'],
      ['it is compared with what nobody accepted', '$1 == "complete" && new == ""', 'new == ""'],
      [
        'a disk that is gone inside is not missed',
        '  if [ -n "$missing" ]; then',
        '  if [ -z "$missing$mounts" ]; then',
      ],
    ],
  },
  {
    file: 'templates/host/apply-retention.sh.hbs',
    tests: FORGET,
    mutants: [
      [
        'it forgets what others have',
        'forget --tag "$tag" --group-by host,tags "$@"',
        'forget --group-by host,tags "$@"',
      ],
      [
        'a volume more cuts the history',
        '"$tag" --group-by host,tags "$@"',
        '"$tag" --group-by host,paths "$@"',
      ],
      [
        'a server that keeps everything is taken at its word',
        '[ "$status" -eq 0 ] && grep',
        '[ "$status" -ne 0 ] && grep',
      ],
      [
        'an incomplete snapshot keeps the tag',
        '--remove "$tag" --add "incomplete:$host"',
        '--add "incomplete:$host"',
      ],
      ['incomplete ones go at once', '--keep-last 3 --keep-within 14d', '--keep-last 1'],
      [
        'other services’ markers are settled',
        'if (of in foreign || of in accepted) continue',
        'if (of in accepted) continue',
      ],
      [
        'it forgets although nothing could be settled',
        '[ "$steps" != "$done" ] ||\n      fail',
        '[ "$steps" != "$done" ] ||\n      return 0 #',
      ],
    ],
  },
  {
    file: 'templates/host/forget.sh.hbs',
    tests: [...FORGET, 'test/unit/kubernetes/scripts.test.ts'],
    mutants: [
      [
        'a server that keeps everything is taken at its word',
        "grep -q 'unable to remove '",
        "grep -q 'unable to remov '",
      ],
      ['one failure ends the others', '    failed=$((failed + 1))', '    exit 1'],
      ['one failure is none', '    failed=$((failed + 1))', '    :'],
      ['no script is no failure', '[ "$count" -eq 0 ] &&', '[ "$count" -lt 0 ] &&'],
      ['a stop ends one service only', '  [ "$stopped" = no ] || break\n', ''],
    ],
  },
  {
    file: 'templates/host/check-repository.sh.hbs',
    tests: FORGET,
    mutants: [
      ['the first part is never read', '$((count % parts + 1))/$parts', '$((count % parts + 2))/$parts'],
      ['a count of two digits is less than one of one', 'sort -n | tail', 'sort | tail'],
      ['a check that failed is counted', '+ 1))/$parts" || exit\n', '+ 1))/$parts"\n'],
    ],
  },
  {
    file: 'templates/host/remove-dead-locks.sh.hbs',
    tests: LOCKS,
    mutants: [
      ['a lock is dead too early', 'pause=310 enough=6', 'pause=310 enough=5'],
      ['or within half an hour', 'pause=310 enough=6', 'pause=290 enough=6'],
      [
        'files of another folder go',
        'folder=${1%/}/locks\n  shift\n  for id do rm',
        'folder=${1%/}\n  shift\n  for id do rm',
      ],
      ['all locks of a folder go', 'rm -f -- "$folder/$id"', 'rm -f -- "$folder"/*'],
      ['sftp asks another port', 'set -- "$@" -P "${address##*:}"', 'set -- "$@" -P "${address%%:*}"'],
      ['rclone leaves a version behind', 'rclone --b2-hard-delete deletefile', 'rclone deletefile'],
      [
        'a living lock goes too',
        '[ "$(left)" = "$locks" ]; then remove_all',
        '[ -n "$locks" ]; then remove_all',
      ],
      ['a living lock that looks old goes too', '-lt 900 ]', '-lt 9000 ]'],
      ['nothing stands guard afterwards', "'sleep 370; ", "'"],
    ],
  },
];
