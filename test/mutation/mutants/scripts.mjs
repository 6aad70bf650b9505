const ACCESS = ['test/unit/host/check-access.test.ts'];
const RESTIC = ['test/unit/host/restic.test.ts'];
const PODS = ['test/unit/kubernetes/pod-scripts.test.ts'];

/** What people run by hand, and small scripts around jobs. */
export const scripts = [
  {
    file: 'templates/host/_foreground.sh.hbs',
    tests: ['test/unit/host/foreground.test.ts'],
    mutants: [
      ['an opening waits for its other end', 'exec 9<>"$lifeline/alive"', 'exec 9>"$lifeline/alive"'],
      ['the guard holds the end that it reads', ' 8<&- 9>&- >/dev/null', ' 8<&- >/dev/null'],
      ['the job holds it', 'exec "$@" 9>&-', 'exec "$@"'],
      ['the guard is told of no job', 'echo "$$" >&9; ', ''],
      ['the guard takes the end for a death', '"$word" = ended', '"$word" = ending'],
      ['the guard ends nothing', '[ -z "$job" ] || kill "$job" || :\n    stop_job', ':'],
      ['an interrupted job goes on', '    kill "$job" 2>/dev/null || :\n', ''],
      ['nobody waits for its end', '    wait "$job" 2>/dev/null || :\n', ''],
      ['the guard stays', '[ -z "$guard" ] || kill -KILL "$guard"', '[ -n "$guard" ] || kill -KILL "$guard"'],
      ['its exit code is lost', 'wait "$job" || code=$?', 'wait "$job" || :'],
    ],
  },
  {
    file: 'templates/host/accept.sh.hbs',
    tests: ['test/unit/host/accept.test.ts'],
    mutants: [
      [
        'what is complete is accepted too',
        '$1 == "incomplete" ||',
        '$1 == "complete" || $1 == "incomplete" ||',
      ],
      ['what maintenance settled cannot be accepted', ' || $1 == "settled")', ')'],
      ['an id from before it was settled is unknown', ' || index($7, ENVIRON["id"]) == 1)', ')'],
      ['any part of an id will do', '(index($2, ENVIRON["id"]) == 1 ||', '(index($2, ENVIRON["id"]) ||'],
      ['other parts of the service are not seen', 'series_parts=all\n', ''],
      ['another host is believed', '--host "$host.incomplete" --tag', '--host "$host" --tag'],
      ['the text names no snapshot', 'printf \'%s\' "$id" |', 'printf \'%s\' "$host" |'],
      ['nothing to accept is no failure', '>&2\n  exit 1', '>&2\n  exit 0'],
    ],
  },
  {
    file: 'templates/host/_ask-repository.sh.hbs',
    tests: ACCESS,
    mutants: [
      ['it asks for ever', 'timeout -s INT -k 10 60 ', ''],
      ['it takes a lock', 'cat config --no-lock', 'cat config'],
      ['what is not made yet is taken for out of reach', '    10) note', '    110) note'],
      ['a wrong password is taken for out of reach', '    12) note', '    112) note'],
      ['nothing is said where the password is missing', '    "$@"\n    return', '    return'],
      ['what restic said is not', 'tail -n 3', 'tail -n 0'],
    ],
  },
  {
    file: 'templates/host/check-access.sh.hbs',
    tests: ACCESS,
    mutants: [
      ['a public key passes for a key', " ! -name '*.pub'", ''],
      ['settings of SSH do not count', ' && [ ! -e "$folder/config" ]', ''],
      ['an empty list of hosts will do', '[ ! -s "$folder/known_hosts" ]', '[ ! -e "$folder/known_hosts" ]'],
      ['another home goes unnoticed', '[ "$has" = "$home" ] ||', '[ -n "$has" ] ||'],
      ['files of others go unnoticed in SSH’s folder', '  check_owners "$folder"\n', ''],
      ['files of others go unnoticed in rclone’s folder', '  check_owners "$home/.config"\n', ''],
      ['a missing file of rclone goes unnoticed', '[ ! -s "$folder/rclone.conf" ]', 'false'],
      [
        'the port of the host is lost',
        'check_ssh {{ssh_target}} {{keyscan}}',
        'check_ssh {{ssh_target}} nas',
      ],
    ],
  },
  {
    file: 'templates/podman-user/check-access.sh.hbs',
    tests: ACCESS,
    mutants: [
      ['a public key passes for a key', " ! -name '*.pub'", ''],
      ['an empty list of hosts will do', '[ ! -s "$folder/known_hosts" ]', '[ ! -e "$folder/known_hosts" ]'],
      ['a missing file of rclone goes unnoticed', '[ -s "$folder/rclone.conf" ] ||', 'true ||'],
      ['another image is named', '{{image}}', 'restic'],
    ],
  },
  {
    file: 'templates/host/_latest.sh.hbs',
    tests: RESTIC,
    mutants: [
      ['a host alone decides', '[ -n "$host" ] && [ -n "$tags" ]', '[ -n "$host" ]'],
      ['a tag alone decides', '[ -n "$host" ] && [ -n "$tags" ]', '[ -n "$tags" ]'],
      ['forget is told another snapshot', 'dump | ls | restore)', 'dump | forget | ls | restore)'],
      ['a host in one word is not read', '--host=* | -H=*) host=${word#*=} ;;', '--host=no) ;;'],
      ['a tag in one word is not read', '--tag=*) tags=${word#*=} ;;', '--tag=no) ;;'],
      ['a path is not looked at', '--path[!-]*) path=$word ;;', '--path[!-]*) ;;'],
      ['what lies inside of it is lost', '$snapshot${found#latest}', '$snapshot'],
      ['latest with a path is not seen', 'latest | latest:*) found', 'latest) found'],
      ['which one it is goes unsaid', '  say_snapshot\n', ''],
    ],
  },
  {
    file: 'templates/host/restic.sh.hbs',
    tests: RESTIC,
    mutants: [
      ['dollars are systemd’s', '{{> host/_unit-arguments.sh}}\n', ''],
      ['restic gets no input', ' --pipe', ''],
      ['interrupted it leaves its job', 'systemctl stop "$unit.service"', ':'],
      ['it is root', '  --property=User=restic \\\n', ''],
      ['interrupted it leaves its lock', ' --property=KillSignal=SIGINT', ''],
    ],
  },
  {
    file: 'templates/podman-user/restic.sh.hbs',
    tests: RESTIC,
    mutants: [
      ['interrupted it leaves its job', 'podman stop --time 60 "$container"', ':'],
      ['interrupted it leaves its lock', ' --stop-signal=SIGINT', ''],
      ['it has every capability', ' --cap-drop=all', ''],
      ['it may write into its image', ' --read-only', ''],
    ],
  },
  {
    file: 'templates/kubernetes/maintain.sh.hbs',
    tests: PODS,
    mutants: [
      ['it works on a repository that does not answer', 'restic || exit\n', 'restic || :\n'],
      [
        'it goes on when told to stop',
        'await_repository restic || exit\n[ "$stopped" = no ] || exit 130\n',
        '',
      ],
      ['words are torn', 'exec "$@"', 'exec $*'],
    ],
  },
  {
    file: 'templates/kubernetes/hostpath-probe.sh.hbs',
    tests: PODS,
    mutants: [
      ['a scheduler without jobs lives', "jobs'\n    exit 1", "jobs'\n    exit 0"],
      ['an old beat of the heart will do', '/state/heartbeat 5', '/state/heartbeat 5000'],
      ['a backup that is late is none', '    status=1\n', ''],
      ['only the first service counts', '    status=1\n', '    status=1\n    break\n'],
      ['a new service is late at once', '[ -e "$last" ] || last=/state/started', ':'],
      ['no service is late after a start', '[ -e "$last" ] || last', 'last'],
    ],
  },
  {
    file: 'templates/kubernetes/hostpath-service.sh.hbs',
    tests: PODS,
    mutants: [
      ['snapshots say of no node', '  "--tag=node:$NODE_NAME"{{#each after}}', '  {{#each after}}'],
      ['a node has no name, and it goes on', 'set -eu', 'set -e'],
      ['the checks are lost', '{{#each before}}\n  {{this}} \\\n{{/each}}\n', ''],
    ],
  },
  {
    file: 'templates/host/forget-service.sh.hbs',
    tests: PODS,
    mutants: [
      ['only the first host', '{{#each hosts}} {{this}}{{/each}}', ''],
      ['nothing is kept', '{{option}} {{value}}', '{{option}}'],
    ],
  },
  {
    file: 'templates/ansible/ownership.sh.hbs',
    tests: ['test/unit/ansible/ownership.test.ts'],
    mutants: [
      ['files of another project are taken', '  refuse_files_of_others\n', ''],
      ['another checkout takes over', '  refuse_another_checkout\n', ''],
      ['what was there before stays', '  look_at_old_tree\n', ''],
      ['where nothing is wanted it refuses', 'if [ -n "$wanted" ]; then', 'if true; then'],
      ['nothing is removed', '\nunwanted_files "$wanted"', ''],
      ['it begins without being told all', ' "${scope?}"', ''],
    ],
  },
];
