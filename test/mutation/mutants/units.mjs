const UNITS = ['test/unit/systemd/units.test.ts'];

/** What systemd is told about jobs. */
export const units = [
  {
    file: 'templates/systemd/_sandbox.service.hbs',
    tests: UNITS,
    mutants: [
      ['jobs are root', 'User=restic', 'User=root'],
      ['they may become root', 'NoNewPrivileges=yes', 'NoNewPrivileges=no'],
      ['they may write anywhere', 'ProtectSystem=strict', 'ProtectSystem=full'],
      ['they see devices', 'PrivateDevices=yes\n', ''],
      ['they see arguments of others', 'ProtectProc=invisible', 'ProtectProc=default'],
      ['they may call what only root needs', 'SystemCallFilter=~@privileged @resources\n', ''],
      ['with a repository here they have a network', 'PrivateNetwork=yes\n', ''],
      ['they take the disk from the others', 'IOSchedulingClass=idle', 'IOSchedulingClass=best-effort'],
    ],
  },
  {
    file: 'templates/systemd/backup.service.hbs',
    tests: UNITS,
    mutants: [
      ['nothing ends it', 'TimeoutStartSec={{timeout}}min', 'TimeoutStartSec=infinity'],
      ['it ends too early by far', 'TimeoutStartSec={{timeout}}min', 'TimeoutStartSec={{timeout}}s'],
      ['it may write what it backs up', 'BindReadOnlyPaths={{bind location', 'BindPaths={{bind location'],
      [
        'a dump of another day stays and is saved',
        'dump.sh clear {{arg spool}}\n{{#each',
        'dump.sh true\n{{#each',
      ],
      ['its view may hold more', 'TemporaryFileSystem=/backup:ro', 'TemporaryFileSystem=/backup'],
      [
        'it may change files of others',
        'AmbientCapabilities=CAP_DAC_READ_SEARCH',
        'AmbientCapabilities=CAP_DAC_OVERRIDE',
      ],
      ['its ssh dies before its lock', 'KillMode=mixed', 'KillMode=control-group'],
      ['its failure is told to nobody', 'OnFailure=stowage-{{project}}-failure@%N.service\n', ''],
      [
        'a disk that is not mounted is no reason to wait',
        'RequiresMountsFor={{word location}}\n',
        'After={{word location}}\n',
      ],
      ['a volume more cuts the history', '--group-by host,tags', '--group-by host,paths'],
    ],
  },
  {
    file: 'templates/systemd/maintenance.service.hbs',
    tests: UNITS,
    mutants: [
      ['it ends after the time of any unit', 'TimeoutStartSec=1d\n', ''],
      ['it has rights over files', 'CapabilityBoundingSet=\n', ''],
      [
        'it does not wait for the repository',
        'ExecStartPre=/usr/local/lib/stowage/{{project}}/await-repository.sh\n',
        '',
      ],
    ],
  },
  {
    file: 'templates/systemd/locks.service.hbs',
    tests: UNITS,
    mutants: [['it runs for ever', 'RuntimeMaxSec=1d\n', '']],
  },
  {
    file: 'templates/systemd/job.timer.hbs',
    tests: UNITS,
    mutants: [
      ['what was missed is left out', 'Persistent=true', 'Persistent=false'],
      ['it is never started at boot', 'WantedBy=timers.target', 'WantedBy=default.target'],
    ],
  },
  {
    file: 'templates/systemd/queue.service.hbs',
    tests: UNITS,
    mutants: [
      ['a boot waits for jobs that wait', 'Type=exec', 'Type=oneshot'],
      ['turns end with one who has none', 'RuntimeDirectoryPreserve=yes\n', ''],
      ['it may write anywhere', 'ProtectSystem=strict\n', ''],
    ],
  },
  {
    file: 'templates/podman-user/backup.container.hbs',
    tests: ['test/unit/podman-user/target.test.ts'],
    mutants: [
      ['nothing ends it', 'TimeoutStartSec={{timeout}}min\n', ''],
      [
        'it may change files of others',
        'AddCapability=CAP_DAC_READ_SEARCH',
        'AddCapability=CAP_DAC_OVERRIDE',
      ],
      [
        'it may write what it backs up',
        'Volume={{mount_name}}:{{snapshot_path}}:ro',
        'Volume={{mount_name}}:{{snapshot_path}}',
      ],
      ['interrupted it leaves its lock', 'PodmanArgs=--stop-signal=SIGINT --stop-timeout=100\n', ''],
    ],
  },
  {
    file: 'templates/proxmox/vzdump.service.hbs',
    tests: ['test/unit/proxmox/target.test.ts'],
    mutants: [
      ['nothing ends it', 'TimeoutStartSec={{timeout}}min', 'TimeoutStartSec=infinity'],
      ['stopped it leaves a snapshot', 'KillMode=mixed', 'KillMode=control-group'],
      ['it may write anywhere', 'ProtectSystem=yes', 'ProtectSystem=no'],
    ],
  },
];
