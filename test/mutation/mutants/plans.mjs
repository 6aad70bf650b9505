const BOUNDARIES = ['test/unit/schedule/boundaries.test.ts'];
const LOSS = ['test/unit/review/loss.test.ts'];
const EXCLUDES = ['test/unit/plan/exclude-match.test.ts', 'test/unit/plan/exclude-fixture.test.ts'];

/** When jobs run, what patterns leave out, and where findings begin. */
export const plans = [
  {
    file: 'src/schedule/placement.ts',
    tests: [...BOUNDARIES, 'test/unit/schedule/placement.test.ts'],
    mutants: [
      ['10 GB are much', 'gigabytes <= 10)', 'gigabytes < 10)'],
      ['100 GB are very much', 'gigabytes <= 100 ?', 'gigabytes < 100 ?'],
      ['1000 GB are most', 'gigabytes <= 1000 ?', 'gigabytes < 1000 ?'],
      ['a minute holds too many', '2 * ideal - 1)', '2 * ideal)'],
      ['a minute holds too few', 'Math.min(2 * ideal, 2)', 'Math.min(ideal, 2)'],
      ['minutes grow all at once', 'Math.floor(wanted + threshold(minute))', 'Math.floor(wanted)'],
      ['a quarter is too little', '(room - avoid.size) * 4 >= room', '(room - avoid.size) * 4 > room'],
    ],
  },
  {
    file: 'src/schedule/start-windows.ts',
    tests: BOUNDARIES,
    mutants: [
      ['a minute too many before', '[before, after] = [margin - 1,', '[before, after] = [margin,'],
      ['a minute too many after', 'other.room - 1 + margin - 1', 'other.room - 1 + margin'],
      [
        'the room of the other is a minute shorter',
        'other.room - 1 + margin - 1',
        'other.room - 2 + margin - 1',
      ],
      [
        'the last offset is left out',
        'Math.min(job.room - 1, due + after)',
        'Math.min(job.room - 2, due + after)',
      ],
      ['no margin is one', 'if (margin === 0) return found;', 'if (margin < 0) return found;'],
    ],
  },
  {
    file: 'src/schedule/collisions.ts',
    tests: [...BOUNDARIES, 'test/unit/schedule/checks.test.ts'],
    mutants: [
      ['as far apart is too near, before', '<= run - margin) other', '< run - margin) other'],
      ['as far apart is too near, after', 'near < run + margin) return', 'near <= run + margin) return'],
    ],
  },
  {
    file: 'src/plan/place-alone.ts',
    tests: [...BOUNDARIES, 'test/unit/schedule/checks.test.ts'],
    mutants: [
      ['it meets what cannot move', '(offset) => !blocked.has(offset)', '() => true'],
      [
        'it takes the place of backups that can',
        'if (!taken.has(minute)) cost += 1',
        'if (taken.has(minute)) cost += 1',
      ],
    ],
  },
  {
    file: 'src/review/loss.ts',
    tests: LOSS,
    mutants: [
      [
        'a loss of a gap and an hour counts',
        'reachBefore - reachAfter > Math.max',
        'reachBefore - reachAfter >= Math.max',
      ],
      ['a loss of a tenth counts', 'reachAfter < reachBefore * 0.9', 'reachAfter <= reachBefore * 0.9'],
      ['a loss of the longest gap counts', ' + DAY / 24 &&', ' &&'],
    ],
  },
  {
    file: 'src/retention/options.ts',
    tests: ['test/unit/retention/options.test.ts'],
    mutants: [
      ['a rule of two words is no option of restic', "replaceAll('_', '-')", "replace('_', '-')"],
      ['spans are left out', '[...KEEP_COUNTS, ...KEEP_SPANS].flatMap', '[...KEEP_COUNTS].flatMap'],
      ['one rule is left out', "  'keep_within_monthly',\n", ''],
    ],
  },
  {
    file: 'src/excludes/match.ts',
    tests: EXCLUDES,
    mutants: [
      [
        'a name at the beginning is a path',
        'const starts = absolute ? [0] : names.keys();',
        'const starts = [0];',
      ],
      ['`**` stands for one folder or more', 'let skip = at; skip <=', 'let skip = at + 1; skip <='],
      ['`**` matches nothing at the end', 'skip <= names.length', 'skip < names.length'],
      ['the first pattern decides', 'patterns.findLast((', 'patterns.find(('],
      ['what is brought back stays out', "last !== undefined && !last.startsWith('!')", 'last !== undefined'],
      ['`?` may be nothing', ": '.';", ": '.?';"],
      ['a set means its opposite', "`[${not ?? ''}", "`[${not === '^' ? '' : '^'}"],
      [
        'what is escaped is not literal',
        'if (escaped !== undefined) return literalPattern(escaped);',
        "if (escaped !== undefined) return '.';",
      ],
      ['a bad pattern leaves out everything', 'return /(?!)/;', 'return /(?:)/;'],
      [
        'patterns are not cleaned',
        'const clean = posix.normalize(pattern);\n  const matches',
        'const clean = pattern;\n  const matches',
      ],
      [
        'only the file itself is looked at',
        'folders.find((folder) => isLeftOut(patterns, folder))',
        'folders.slice(-1).find((folder) => isLeftOut(patterns, folder))',
      ],
    ],
  },
  {
    file: 'src/names/objects.ts',
    tests: ['test/unit/kubernetes/name-lengths.test.ts'],
    mutants: [
      [
        'a namespace may be too long',
        'const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}',
        'const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,62}',
      ],
      [
        'a namespace may be shorter only',
        'const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}',
        'const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,60}',
      ],
    ],
  },
  {
    file: 'src/runtimes/kubernetes/problems.ts',
    tests: ['test/unit/kubernetes/name-lengths.test.ts'],
    mutants: [
      ['a label may be too long', '[A-Za-z0-9._-]{0,61}', '[A-Za-z0-9._-]{0,62}'],
      ['a label may be shorter only', '[A-Za-z0-9._-]{0,61}', '[A-Za-z0-9._-]{0,60}'],
    ],
  },
  {
    file: 'src/review/rules/access.ts',
    tests: ['test/unit/review/access.test.ts'],
    mutants: [
      ['what nobody knows is a finding', 'old !== null && old', 'old'],
      ['a job that was root already becomes it', " && old !== '0'", ''],
      ['any other user is root', " && now === '0'", ' && now !== old'],
    ],
  },
  {
    file: 'src/review/rules/written-fact.ts',
    tests: ['test/unit/review/access.test.ts'],
    mutants: [
      ['a template of the user changes nothing', 'valueIn(change?.after) ??', 'valueIn(undefined) ??'],
    ],
  },
  {
    file: 'src/review/rules/rootless.ts',
    tests: ['test/unit/review/rootless.test.ts'],
    mutants: [['whoever ran the installer was another', 'before === null || ', '']],
  },
  {
    file: 'src/review/rules/methods.ts',
    tests: ['test/unit/review/templates.test.ts'],
    mutants: [['pods that maintain are nobody’s', 'runtime === null ? place.on === runs_on : ', '']],
  },
  {
    file: 'src/plan/resolve.ts',
    tests: ['test/unit/review/templates.test.ts'],
    mutants: [
      ['pods that maintain have no facts', "if (kind === 'host') return {};", 'if (kind) return {};'],
    ],
  },
];
