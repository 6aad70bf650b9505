const ROOTLESS = ['test/unit/podman-user/target.test.ts'];

/** Words of shells, and folders of users. */
export const words = [
  {
    file: 'src/template/encoders/shell-word.ts',
    tests: ['test/unit/template/shell-word.test.ts'],
    mutants: [
      ['reserved words stand bare', ' && !RESERVED.has(text)', ''],
      ['one of them does', 'elif else esac fi', 'elif else fi'],
      ['the last of them does', 'until while', 'until'],
      ['assignments stand bare', ' && !ASSIGNMENT.test(text)', ''],
      ['assignments that append stand bare', '\\+?=/', '=/'],
      ['a home stands bare', '@%+,-]+$/', '@%+,~-]+$/'],
    ],
  },
  {
    file: 'src/runtimes/podman/checks.ts',
    tests: ROOTLESS,
    mutants: [
      [
        'the folder of users below /run is the system’s',
        "return !isAtOrBelow(path, '/run/user')",
        'return true',
      ],
      ['a folder of the system is a user’s', "'/etc', ", ''],
      ['another engine’s store is a user’s', "'/var/lib/docker', ", ''],
      ['what holds a folder of the system is a user’s', ' || isAtOrBelow(folder, path)', ''],
      ['Quadlet mounts a colon', '@+,=-]*$/u', '@+,=:-]*$/u'],
    ],
  },
  {
    file: 'src/runtimes/podman/locate.ts',
    tests: ['test/unit/locate/locate.test.ts'],
    mutants: [
      [
        'a user’s volumes are the system’s',
        "contractOf(contract).quadlet_scope === 'user'",
        "contractOf(contract).quadlet_scope !== 'user'",
      ],
      ['they lie elsewhere below the home', '.local/share/containers/storage', '.local/share/containers'],
    ],
  },
  {
    file: 'src/hosts/user-tree.ts',
    tests: ROOTLESS,
    mutants: [
      [
        'secrets lie with those of other projects',
        '`.config/restic/${project}/${name}`',
        '`.config/restic/${name}`',
      ],
      ['jobs of the system are a user’s', "place.manager === 'user'", "place.manager !== 'system' || true"],
    ],
  },
];
