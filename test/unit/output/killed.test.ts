import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { planWrite } from '../../../src/output/tree.js';
import type { RenderedFile } from '../../../src/rendering/file.js';
import { buildOther, renderElsewhere } from './other-process.js';
import { contents, file, files, put, render, scratch } from './tree-fixture.js';

/** Renders in a process of its own that dies before its file operation number `steps`. */
function renderAndDie(root: string, wanted: readonly RenderedFile[], steps: number): void {
  const { signal, stderr } = renderElsewhere(root, wanted, steps);
  if (signal !== 'SIGKILL') throw new Error(stderr);
}

/** Renders in a process that has ended then, and gives a folder for each state of the disk that its death could have left. */
function statesOf(states: string, root: string, wanted: readonly RenderedFile[]): string[] {
  const { status, stderr } = renderElsewhere(root, wanted, undefined, states);
  if (status !== 0) throw new Error(stderr);
  return readdirSync(states).map((_, step) => join(states, String(step)));
}

const before = files({
  same: 'same',
  changed: 'old content',
  'gone/deep/x': 'old',
  'a/b': 'old',
  turned: 'file',
});
const after = [
  file('same', 'same'),
  file('changed', 'new content'),
  file('a/b', 'old'),
  file('fresh/deep/y', 'new', { mode: 0o755 }),
  file('turned/into', 'a folder'),
];
const other = files({ same: 'same', changed: 'third content', 'fresh/deep/z': 'new' });

/** Each state of the disk that a kill during before → after can leave; made once, copied for each use. */
let killedTrees: readonly string[] = [];
let folder = '';

function made(): string {
  const root = scratch();
  render(root, before);
  put(root, 'a/foreign', 'mine');
  return root;
}

beforeAll(async () => {
  await buildOther('killed');
  folder = mkdtempSync(join(tmpdir(), 'stowage-killed-'));
  killedTrees = statesOf(folder, made(), after);
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function copies(): string[] {
  const target = scratch();
  return killedTrees.map((tree, step) => {
    const copy = join(target, String(step));
    cpSync(tree, copy, { recursive: true });
    return copy;
  });
}

/** Everything in a tree with its content, our own book-keeping too, whichever process wrote it. */
const wholeTree = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => [join(entry.parentPath, entry.name), entry.isFile()] as const)
    .map(([path, isFile]) => [
      relative(root, path).replace(/\d+@/, '@'),
      isFile ? readFileSync(path, 'utf8') : '/',
    ])
    .sort();

const texts = (wanted: readonly RenderedFile[]) =>
  Object.fromEntries(wanted.map(({ path, content }) => [path, content]));
const withForeign = (wanted: readonly RenderedFile[]) => ({ ...texts(wanted), 'a/foreign': 'mine' });

describe('a run that is killed', () => {
  test('can die at more than ten places', () => {
    expect(killedTrees.length).toBeGreaterThan(10);
  });

  test('leaves what these tests take for it', () => {
    for (const part of [0.2, 0.5, 0.8]) {
      const step = Math.floor(killedTrees.length * part);
      const root = made();
      renderAndDie(root, after, step);
      expect(wholeTree(root)).toEqual(wholeTree(killedTrees[step] ?? ''));
    }
  });

  test('leaves whole files, and the next run finishes its work', () => {
    const olds = texts(before);
    const news = texts(after);
    for (const root of copies()) {
      for (const [path, content] of Object.entries(contents(root))) {
        if (path !== 'a/foreign' && content !== '/') expect([olds[path], news[path]]).toContain(content);
      }
      const plan = planWrite(root, after);
      expect(plan.diagnostics).toEqual([]);
      expect(plan.drift.filter(({ kind }) => kind === 'edited')).toEqual([]);
      render(root, after);
      expect(contents(root)).toEqual(withForeign(after));
      expect(existsSync(join(root, '.stowage/staging'))).toBe(false);
      expect(render(root, after).written).toEqual([]);
    }
  });

  test('can be taken back, or be followed by another plan', () => {
    for (const next of [before, other]) {
      for (const root of copies()) {
        expect(planWrite(root, next).diagnostics).toEqual([]);
        render(root, next);
        expect(contents(root)).toEqual(withForeign(next));
      }
    }
  });

  test('during the first render leaves a folder that the next run takes for its own', () => {
    const fresh = join(scratch(), 'fresh');
    for (const root of [...statesOf(scratch(), fresh, after), fresh]) {
      expect(planWrite(root, before).diagnostics).toEqual([]);
      render(root, before);
      expect(contents(root)).toEqual(texts(before));
    }
  });

  test('and edited afterwards keeps the edit', () => {
    for (const root of copies()) {
      put(root, 'changed', 'by hand');
      render(root, after);
      expect(contents(root).changed).toBe('by hand');
    }
  });
});
