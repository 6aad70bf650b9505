import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from '@jest/globals';
import glob from 'fast-glob';

/** From the ground. A folder imports from those before it, never from those after it. */
const FLOORS = [
  ...['text', 'diagnostics', 'source', 'schedule', 'time'],
  ...['model', 'retention', 'excludes', 'names', 'lookup', 'template', 'backends'],
  ...['dumps', 'jobs', 'locate', 'live-data', 'rendering', 'steps', 'hosts', 'runtimes'],
  ...['contract', 'policy', 'plan', 'targets', 'output'],
  ...['report', 'audit', 'review', 'explain', 'cli', 'build'],
];

/** Files that stand in no folder, by the folder that they would be in. */
const ROOT_FILES: Readonly<Record<string, string>> = {
  'src/load.ts': 'policy',
  'src/plan-project.ts': 'plan',
  'src/render.ts': 'report',
  'src/index.ts': 'cli',
  'src/bin.ts': 'cli',
};

/** Folders of which each is one way to do a thing; beside them stand their list and what they have in common. */
const LISTS = ['src/runtimes', 'src/runtimes/kubernetes/methods', 'src/jobs', 'src/targets'];

interface Import {
  readonly file: string;
  readonly of: string;
  readonly isType: boolean;
}

const IMPORTS: readonly Import[] = glob.sync('src/**/*.ts').flatMap((file) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /(?:(type )?(?:\{[^}]*\}|\* as \w+) from |import\()'(\.[^']+)\.js'/g,
    ),
  ].map(([, type, path = '']) => ({
    file,
    of: `${posix.join(posix.dirname(file), path)}.ts`,
    isType: type !== undefined,
  })),
);

function folderOf(file: string): string {
  return ROOT_FILES[file] ?? file.split('/')[1] ?? '';
}

test('every folder has its floor', () => {
  const folders = IMPORTS.flatMap(({ file, of }) => [folderOf(file), folderOf(of)]);
  expect(new Set(folders)).toEqual(new Set(FLOORS));
});

test('imports go down the floors only, so that no two folders need each other', () => {
  const floorOf = (file: string) => FLOORS.indexOf(folderOf(file));
  const up = IMPORTS.filter(({ file, of }) => floorOf(of) > floorOf(file));
  expect(up).toEqual([]);
});

test.each(LISTS)('in %s nobody knows another, or the list of all', (list) => {
  const own = (file: string) =>
    file.startsWith(`${list}/`)
      ? file
          .slice(list.length + 1)
          .split('/')
          .slice(0, -1)[0]
      : undefined;
  const found = IMPORTS.filter(({ file, of, isType }) => {
    const [from, to] = [own(file), own(of)];
    if (from === undefined || from === to) return false;
    return to !== undefined || (of === `${list}/registry.ts` && !isType);
  });
  expect(found).toEqual([]);
});

test('no file needs itself', () => {
  const next = new Map<string, string[]>();
  for (const { file, of, isType } of IMPORTS) {
    if (!isType) next.set(file, [...(next.get(file) ?? []), of]);
  }
  const isInCircle = (start: string): boolean => {
    const seen = new Set<string>();
    const open = [start];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      for (const of of next.get(file) ?? []) {
        if (of === start) return true;
        if (!seen.has(of)) open.push(of);
        seen.add(of);
      }
    }
    return false;
  };
  expect([...next.keys()].filter(isInCircle)).toEqual([]);
});
