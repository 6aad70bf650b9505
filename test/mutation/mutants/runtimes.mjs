const JOBS = ['test/unit/jobs/sources.test.ts', 'test/unit/jobs/jobs.test.ts'];

/** What a job reads, whom it keeps out, and who forgets what it has made. */
export const runtimes = [
  {
    file: 'src/runtimes/docker/runtime.ts',
    tests: JOBS,
    mutants: [
      ['volumes are nobody’s', ", docker_volume: 'volume'", ''],
      ['volumes are folders that no engine knows', "docker_volume: 'volume'", "docker_volume: 'folder'"],
      ['another engine is asked', "KINDS, 'docker')", "KINDS, 'podman')"],
      ['bind mounts are nobody’s', "host_path: 'folder', ", ''],
    ],
  },
  {
    file: 'src/runtimes/baremetal/runtime.ts',
    tests: JOBS,
    mutants: [['directories are nobody’s', "directory: 'folder'", "host_path: 'folder'"]],
  },
  {
    file: 'src/runtimes/proxmox/runtime.ts',
    tests: JOBS,
    mutants: [['a guest’s disk is a folder of the host', "lxc_guest: 'guest'", "lxc_guest: 'folder'"]],
  },
  {
    file: 'src/runtimes/proxmox/parts.ts',
    tests: JOBS,
    mutants: [
      [
        'a dump takes the other way',
        "transfer === 'stream' ? 'pipe' : 'spool'",
        "transfer === 'stream' ? 'spool' : 'pipe'",
      ],
      [
        'dumps and folders have one history',
        "return [...service.tags, 'part:guest'];",
        'return [...service.tags];',
      ],
    ],
  },
  {
    file: 'src/runtimes/kubernetes/runtime.ts',
    tests: JOBS,
    mutants: [
      ['a folder of a node is a file', 'volume.is_file === true', 'volume.is_file !== true'],
      ['claims are nobody’s', "if (kind !== 'claim' || name", "if (kind === 'claim' || name"],
    ],
  },
  {
    file: 'src/runtimes/kubernetes/methods/restic/method.ts',
    tests: JOBS,
    mutants: [['claims and hostPaths have one history', '[...service.tags, PART_TAG]', 'service.tags']],
  },
  {
    file: 'src/runtimes/kubernetes/methods/k8up/method.ts',
    tests: JOBS,
    mutants: [
      ['our forget job takes its snapshots too', "forgotten_by: 'operator'", "forgotten_by: 'forget-job'"],
    ],
  },
  {
    file: 'src/runtimes/kubernetes/methods/k8up/dumps.ts',
    tests: ['test/unit/kubernetes/k8up-dumps.test.ts'],
    mutants: [
      ['dumps of two services have one name', '`${service.service_id}/${dump.name}`', 'dump.name'],
      ['the pod is ready before the dump is there', 'initContainers: containers,', 'initContainers: [],'],
      ['every Schedule of the namespace takes it', ', ...claimLabels(job) }', ' }'],
      ['it is no archive to who restores it', 'is_archive: true', 'is_archive: false'],
    ],
  },
  {
    file: 'templates/kubernetes/send-dump.sh.hbs',
    tests: ['test/unit/kubernetes/dump-scripts.test.ts'],
    mutants: [['an old dump is sent', ' -mmin -360', '']],
  },
  {
    file: 'src/runtimes/kubernetes/methods/velero/dumps.ts',
    tests: ['test/unit/kubernetes/velero-dumps.test.ts'],
    mutants: [
      ['a dump that fails is no matter', "onError: 'Fail'", "onError: 'Continue'"],
      ['a dump of another day counts', 'rm -f ${MADE}; ', ''],
      ['a missing Secret keeps the workload down', '{ optional: true }', '{}'],
    ],
  },
  {
    file: 'src/runtimes/kubernetes/methods/volsync/method.ts',
    tests: JOBS,
    mutants: [
      ['our forget job takes its snapshots too', "forgotten_by: 'operator'", "forgotten_by: 'forget-job'"],
      [
        'its repository is our own',
        "in: 'below-repository', name: service.repository, url: claimUrl(url, place.namespace, claim)",
        "in: 'repository', name: service.repository",
      ],
    ],
  },
  {
    file: 'src/runtimes/host-parts.ts',
    tests: [...JOBS, 'test/unit/podman-user/target.test.ts'],
    mutants: [
      [
        'what no runtime knows is a folder',
        "holding === 'volume' ? [folder(volume, engine)] : []",
        '[folder(volume, engine)]',
      ],
      ['a home is the root of the machine', "base: atHome === null ? 'root' : 'home'", "base: 'root'"],
      ['a rootless job is the system’s', "manager === 'user' ? systemdUser : systemd", 'systemd'],
      [
        'a rootless job lies in the host’s folder',
        "manager === 'user' ? `${folder}/user` : folder",
        'folder',
      ],
      ['nobody forgets', "forgotten_by: 'forget-job'", "forgotten_by: 'operator'"],
    ],
  },
  {
    file: 'src/jobs/backup/kind.ts',
    tests: JOBS,
    mutants: [['backups keep each other out', "'shared'", "'exclusive'"]],
  },
  {
    file: 'src/jobs/drafts.ts',
    tests: JOBS,
    mutants: [
      ['maintenance shares the repository', "mode: 'exclusive' as const", "mode: 'shared' as const"],
      [
        'an operator’s prune shares it',
        "partDrafts(kind, resolved, 'exclusive'",
        "partDrafts(kind, resolved, 'shared'",
      ],
      [
        'a job locks a repository that is an operator’s own',
        "store.in === 'repository' ? [{ repository: store.name, mode }] : []",
        "'name' in store ? [{ repository: store.name, mode }] : []",
      ],
    ],
  },
  {
    file: 'src/jobs/locks/kind.ts',
    tests: JOBS,
    mutants: [['what removes locks waits for them', 'locks: [], ', '']],
  },
  {
    file: 'src/jobs/forget/kind.ts',
    tests: JOBS,
    mutants: [
      ['it forgets what an operator forgets', "snapshot?.forgotten_by === 'forget-job'", 'snapshot !== null'],
      ['it runs with nothing to do', 'covers.length === 0 ? null : { covers }', '{ covers }'],
    ],
  },
  {
    file: 'src/runtimes/kubernetes/locate.ts',
    tests: ['test/unit/locate/locate.test.ts', 'test/unit/locate/live-shapes.test.ts'],
    mutants: [
      ['the claim of a cache goes by the name of the data', 'pairing.partner === first;', 'true;'],
      ['a hostPath that Compose writes as a source', ' && !partner.is_source', ''],
      [
        'the claim of another adapter is taken for ours',
        'if (otherClaim(contract) === null) return',
        'return',
      ],
      ['a claim is as large as its volume says', '(whole ?? declared)', '(declared ?? whole)'],
    ],
  },
  {
    file: 'src/plan/settle.ts',
    tests: ['test/unit/plan/settle.test.ts'],
    mutants: [
      ['a volume that no job reads is backed up', '!volume.backed_up || read.has(volume.volume)', 'true'],
    ],
  },
  {
    file: 'src/runtimes/proxmox/locate.ts',
    tests: ['test/unit/proxmox/target.test.ts'],
    mutants: [['what lies inside the guest is looked for on the host', ' && !isInside', '']],
  },
];
