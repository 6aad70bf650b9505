const RESTORE = ['test/unit/systemd/restore-script.test.ts'];
const EXTRA = ['test/unit/host/delete-extra.test.ts'];

/** What brings data back, and what it may delete. */
export const restores = [
  {
    file: 'templates/host/restore.sh.hbs',
    tests: RESTORE,
    mutants: [
      ['it may write anywhere', '    --property=ProtectSystem=strict \\\n', ''],
      ['interrupted it leaves its lock', '--property=KillMode=mixed', '--property=KillMode=control-group'],
      ['it sees other volumes', '    --property=TemporaryFileSystem=/backup \\\n', ''],
    ],
  },
  {
    file: 'templates/podman-user/restore.sh.hbs',
    tests: RESTORE,
    mutants: [
      ['it may write into its image', ' --read-only --cap-drop=all', ' --cap-drop=all'],
      ['it has every capability', '--read-only --cap-drop=all', '--read-only'],
      ['interrupted it leaves its lock', ' --stop-signal=SIGINT', ''],
    ],
  },
  {
    file: 'templates/host/_restore-steps.sh.hbs',
    tests: [...RESTORE, ...EXTRA],
    mutants: [
      ['it restores while somebody uses the target', 'restore() {\n  refuse_if_used\n', 'restore() {\n'],
      ['it deletes while somebody uses the target', 'apply() {\n  refuse_if_used\n', 'apply() {\n'],
      ['it restores more than the volume', '--include "$volume" --target /', '--target /'],
      ['holes are filled', ' --sparse', ''],
      ['it deletes what nobody has seen', '  cmp -s -- "$list" "$work/now" || {', '  : || {'],
      ['it deletes by an incomplete snapshot', '[ "$state" = complete ] ||', '[ -n "$state" ] ||'],
      ['it gives a mount below another owner', '  spare_mounts\n', "  aside=''\n"],
    ],
  },
  {
    file: 'templates/host/_extra.sh.hbs',
    tests: EXTRA,
    mutants: [
      [
        'what is older than the snapshot goes',
        'if (changed < since) return OLDER',
        'if (changed < 0) return OLDER',
      ],
      ['what lies on another file system goes', 'if (is_below(path, mount)) return', 'if (0) return'],
      ['sockets go', 'if (type == "s") return', 'if (type == "S") return'],
      ['what excludes leave out goes', 'if (is_left_out(path)) return', 'if (0) return'],
      [
        'names that cannot be compared go',
        'if (path in odd || !is_utf8(path)) return',
        'if (path in odd) return',
      ],
      ['a folder goes with what stays in it', 'kept[folder] = 1', 'kept[folder] = 0; delete kept[folder]'],
    ],
  },
  {
    file: 'templates/host/_restore-arguments.sh.hbs',
    tests: [...RESTORE, ...EXTRA],
    mutants: [
      ['--delete is handed to restic', '--delete | --delete=*)', '--delete-nothing)'],
      [
        'what people keep by --exclude goes',
        '--exclude=*) stays="$stays${option#*=}',
        '--exclude=*) stays="${stays}',
      ],
      ['any path is one of a volume', '  /*/*) ;;', '  *) ;;'],
    ],
  },
];
