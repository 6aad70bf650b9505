const INSTALL = ['test/unit/host/install.test.ts'];

/** What puts a tree on a machine, and what runs before and around restic there. */
export const hosts = [
  {
    file: 'templates/host/install.sh.hbs',
    tests: INSTALL,
    mutants: [
      ['an old restic passes', '[ "$minor" -ge 17 ]', '[ "$minor" -ge 16 ]'],
      ['an old systemd passes', '[ "${version:-0}" -ge 250 ]', '[ "${version:-0}" -ge 25 ]'],
      ['anybody may run it', '[ "$(id -u)" -eq 0 ]', '[ "$(id -u)" -ge 0 ]'],
      ['a dry run installs', '[ "$dry_run" = no ] || return 0\n  [ -d', '[ -d'],
      [
        'a dry run removes',
        '[ "$dry_run" = no ] || return 0\n  case $1 in\n    "$units"/*.timer)',
        'case $1 in\n    "$units"/*.timer)',
      ],
      ['a mode that somebody changed stays', '[ "$(stat -c %a "$root$target")" = "$2" ]', ':'],
      ['a changed timer runs on as it was', '*" $name "*) ;;', '*" $name "*) continue ;;'],
      ['a stopped timer stays stopped', ' && systemctl --quiet is-active "$name"', ''],
      ['a timer that does not start is no failure', 'idle_timers="$idle_timers $name"', ':'],
      [
        'a removed job keeps its place in the queue',
        '"stowage-$project-queue@"*) systemctl',
        '"stowage-queue@"*) systemctl',
      ],
      [
        'an interrupted run forgets old files',
        '{ [ ! -f "$own_list" ] || cat "$own_list"; printf',
        '{ printf',
      ],
      ['systemd does not read new units', '  systemctl daemon-reload\n  await_owed', '  await_owed'],
      ['a bad environment file is no reason to stop', '"$root"{{this}} ||\n', '"$root"{{this}} || true ||\n'],
      ['a folder that is not there goes unsaid', '[ -e "$root"{{path}} ] ||', ': ||'],
      ['a hook that cannot run counts', '[ -f "$hook" ] && [ -x "$hook" ]', '[ -f "$hook" ]'],
    ],
  },
  {
    file: 'templates/host/_install-files.sh.hbs',
    tests: INSTALL,
    mutants: [['scripts cannot run', '"$file" 755', '"$file" 644']],
  },
  {
    file: 'templates/host/_install-lists.sh.hbs',
    tests: INSTALL,
    mutants: [['a dry run writes the list', '  [ "$dry_run" = no ] || return 0\n', '']],
  },
  {
    file: 'templates/host/_ownership.sh.hbs',
    tests: ['test/unit/host/ownership.test.ts'],
    mutants: [
      [
        'another checkout of the name takes over',
        '[ -n "$(lines_common "$installed" "$here_jobs")" ] &&',
        ':&&',
      ],
      ['a file that another project shares is removed', 'if shared "$target" ||', 'if'],
    ],
  },
  {
    file: 'templates/podman-user/install.sh.hbs',
    tests: INSTALL,
    mutants: [
      ['an old Podman passes', '[ "$minor" -ge 6 ]', '[ "$minor" -ge 5 ]'],
      ['an old Podman with a high minor passes', '[ "$major" -eq 4 ] && ', ''],
      ['root may run it', '[ "$(id -u)" -ne 0 ]', '[ "$(id -u)" -ge 0 ]'],
      ['a container without a unit is no failure', 'unreadable="$unreadable $name"', ':'],
      ['a dry run starts timers', '    [ "$dry_run" = no ] || continue\n', ''],
      ['a timer of a removed job runs on', '"$units"/*.timer) stop_timer', '"$units"/*.time) stop_timer'],
      ['nobody hears of linger', '!= yes ]; then', '= yes ]; then'],
    ],
  },
  {
    file: 'templates/host/check-source.sh.hbs',
    tests: ['test/unit/host/check-source.test.ts'],
    mutants: [
      ['a missing source passes', '[ -e "$source" ] || fail', '[ ! -e "$source" ] || :'],
      ['an empty source passes', '[ "$emptiness" = not-empty ] &&', '[ "$emptiness" = notempty ] &&'],
      ['lost+found makes a folder full', ' ! -name lost+found', ''],
      ['an empty file passes', '[ ! -s "$1" ]', '[ ! -e "$1" ]'],
      ['a volume that has moved passes', '[ "$actual" = "$expected" ] ||', '[ -n "$actual" ] ||'],
      ['the mounts of the job count', 'table=/proc/1/mountinfo', 'table=/proc/self/mountinfo'],
      ['nothing has to be contained', 'if [ ! -e "$wanted" ] && [ ! -L "$wanted" ]', 'if [ ! -e "$source" ]'],
      ['a symlink is not contained', ' && [ ! -L "$wanted" ]', ''],
      ['what is hidden from the reader passes', '      refuse_hidden "$source"\n', ''],
    ],
  },
  {
    file: 'templates/host/_newest-age.sh.hbs',
    tests: ['test/unit/host/check-source.test.ts'],
    mutants: [
      ['old files pass', '[ "$age" -le $(($2 * 60)) ] ||', '[ "$age" -ge 0 ] ||'],
      ['the oldest file decides', '$1 > newest {', '(!newest || $1 < newest) {'],
      ['files of the future are new', '$1 <= now + 3600 && ', ''],
      ['folders are files', ' -type f', ''],
    ],
  },
  {
    file: 'templates/host/dump.sh.hbs',
    tests: ['test/unit/host/dump.test.ts'],
    mutants: [
      ['the dump of another day stays', 'rm -rf -- "$target" "$partial" "$told"\n', ''],
      ['room is not looked at', '[ "$free" -ge "$needed" ] ||', '[ "$free" -ge 0 ] ||'],
      ['what is not finished stays', 'else rm -rf -- "$partial" "$told"; fi', 'else :; fi'],
      ['the size is not noted', 'mv -f -- "$sizes/$name.new"', ': "$sizes/$name.new"'],
    ],
  },
  {
    file: 'templates/host/_without-secrets.sh.hbs',
    tests: ['test/unit/host/dump.test.ts', 'test/unit/host/around.test.ts'],
    mutants: [['a database, and a hook, is told what restic is', '*) unset "$variable" ;;', '*) ;;']],
  },
  {
    file: 'templates/host/_write-dump.sh.hbs',
    tests: ['test/unit/host/dump.test.ts', 'test/unit/kubernetes/dump-scripts.test.ts'],
    mutants: [
      ['a dump that is cut passes', ' || fail "what $engine wrote is no whole dump"', ' || :'],
      ['any size passes', '[ "$size" -ge "$least" ] ||', '[ "$size" -ge 0 ] ||'],
    ],
  },
  {
    file: 'templates/host/backup-stream.sh.hbs',
    tests: ['test/unit/host/stream.test.ts'],
    mutants: [
      ['a dump that is not whole is saved', 'elif [ "$ended" != whole ]; then', 'elif false; then'],
      ['any size is saved', 'elif [ "$bytes" -eq 0 ] || [ "$bytes" -lt "$least" ]; then', 'elif false; then'],
      ['an end that comes too early passes', '"--only-if=$work/whole" ', ''],
      ['restic 0.18.0 is given a folder', "'restic 0.18.0 '*) path=", "'restic 0.18.9 '*) path="],
    ],
  },
  {
    file: 'templates/host/_hand-on.sh.hbs',
    tests: ['test/unit/host/stream.test.ts'],
    mutants: [
      ['a stream that is cut passes', 'fail "what $engine wrote is no whole dump"', ':'],
      ['nobody hears why', '  exec 2>>"$folder/said"\n', ''],
    ],
  },
  {
    file: 'templates/host/around.sh.hbs',
    tests: ['test/unit/host/around.test.ts'],
    mutants: [
      [
        'what was off is started',
        "sed -n -e 's/^running //p'",
        "sed -n -e 's/^exited //p' -e 's/^running //p'",
      ],
      [
        'what cannot be written down is stopped',
        '"$limit" "$engine" $names || return 1',
        '"$limit" "$engine" $names',
      ],
      ['it need not stand still until the end', '*-still) still "$@" ;;', '*-still) : ;;'],
      ['a stop that outlasts its time is forgotten', '124,* | 137,*) return 1 ;;', '124,* | 137,*) ;;'],
      ['what does not start is forgotten', 'case $order in [01]) continue ;; esac', ''],
      ['a job that restic never ran in is a success', ' && [ -n "${EXIT_STATUS-}" ]', ''],
      [
        'hooks of a job that runs are run by another',
        'activating | deactivating | reloading) busy=yes ;;',
        'none) busy=yes ;;',
      ],
      ['nobody waits for a job that runs', '|| [ "${1-}" != wait ]', '|| true'],
      ['an engine keeps the lock', 'ask() { timeout 60 "$@" 9>&-; }', 'ask() { timeout 60 "$@"; }'],
      ['a line end of a word is lost', 'printf \'%s.\' "$word"', 'printf \'%s\\n\' "$word"'],
    ],
  },
  {
    file: 'templates/host/_install-removal.sh.hbs',
    tests: INSTALL,
    mutants: [
      [
        'the script goes while a job needs it',
        '  say "NOTE: $1 stays for a job that runs; remove it when that has ended"\n  return 1',
        '  return 0',
      ],
      ['nobody does what a replaced unit did', 'recover wait || say', 'recover || say'],
    ],
  },
  {
    file: 'templates/host/restore-dump.sh.hbs',
    tests: ['test/unit/host/restore-dump.test.ts'],
    mutants: [
      ['any room will do', '[ "$free" -gt "$needed" ] ||', '[ "$free" -ge 0 ] ||'],
      [
        'a database of a file stays where its contract has it',
        '--path=*) path=${option#*=} ;;',
        '--path=*) ;;',
      ],
    ],
  },
  {
    file: 'templates/dumps/redis.sh.hbs',
    tests: ['test/unit/dumps/redis.test.ts'],
    mutants: [
      ['a port that is taken ends it', '[ "$tries" -ge 9 ]', '[ "$tries" -ge 1 ]'],
      ['a port may be one of clients', '% 12000))', '% 1 + 40000))'],
      ['whatever fails is tried again', '|| ! grep -q \'Address already in use\' "$folder/log"', ''],
    ],
  },
  {
    file: 'templates/host/_load-parts.sh.hbs',
    tests: ['test/unit/host/restore-dump.test.ts', 'test/unit/kubernetes/dump-scripts.test.ts'],
    mutants: [
      ['a dump that is cut is loaded', 'check_part "$part" "$(file_of "$part")" ||', ': ||'],
      ['a failure is none', 'exit "$ended"', 'exit 0'],
      ['what was made stays', 'at_place undo "$part" ||', ': ||'],
      ['nothing is loaded', 'each_part load "$@"\n', ''],
      [
        'what has begun to take its place is removed',
        'if [ "$step" = finish ]; then',
        'if [ "$step" = end ]; then',
      ],
    ],
  },
  {
    file: 'templates/host/queue.sh.hbs',
    tests: ['test/unit/systemd/queue.test.ts'],
    mutants: [
      ['the largest number holds', 'sort -n | head', 'sort -nr | head'],
      ['a job that was ended with the machine is done', 'stopping) exit 0', 'stopping) :'],
      ['a job that waits is served', '  stay_due\n  sleep 1', '  sleep 1'],
      ['a job that cannot start is nobody’s business', "*'ob for '*) ;;", "*'ob for '* | *) ;;"],
      ['the turn ends with systemctl', '  ran=yes\n  sleep 5', '  ran=yes\n  break'],
    ],
  },
  {
    file: 'templates/host/_await-repository.sh.hbs',
    tests: ['test/unit/host/await-repository.test.ts'],
    mutants: [
      ['a wrong password is waited for', '0 | 10 | 12)', '0 | 10)'],
      ['a repository that is not made is waited for', '0 | 10 | 12)', '0 | 12)'],
      ['it knocks once more', '[ "$knock" -lt 5 ]', '[ "$knock" -le 5 ]'],
      [
        'a failure is none',
        '(%s)\\n\' "$answer" >&2\n  return "$answer"',
        '(%s)\\n\' "$answer" >&2\n  return 0',
      ],
    ],
  },
];
