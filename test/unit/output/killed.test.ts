import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { planWrite } from '../../../src/output/tree.js';
import type { RenderedFile } from '../../../src/rendering/file.js';
import { buildOther, renderElsewhere } from './other-process.js';
import { contents, file, files, put, render, scratch } from './tree-fixture.js';

/** Renders in a process of its own that dies before its file operation number `steps`; true if it lived. */
function renderAndDie(root: string, wanted: readonly RenderedFile[], steps: number): boolean {
  const { status, signal, stderr } = renderElsewhere(root, wanted, steps);
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(stderr);
  return status === 0;
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

/** A folder for each state of the disk that a kill during before → after can leave; made once, copied for each use. */
const killedTrees: string[] = [];
let folder = '';

beforeAll(async () => {
  await buildOther('killed');
  folder = mkdtempSync(join(tmpdir(), 'stowage-killed-'));
  for (let lived = false; !lived;) {
    const root = join(folder, String(killedTrees.length));
    render(root, before);
    put(root, 'a/foreign', 'mine');
    lived = renderAndDie(root, after, killedTrees.length);
    if (!lived) killedTrees.push(root);
  }
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function copies(): string[] {
  const target = scratch();
  cpSync(folder, target, { recursive: true });
  return killedTrees.map((_, steps) => join(target, String(steps)));
}

const texts = (wanted: readonly RenderedFile[]) =>
  Object.fromEntries(wanted.map(({ path, content }) => [path, content]));
const withForeign = (wanted: readonly RenderedFile[]) => ({ ...texts(wanted), 'a/foreign': 'mine' });

describe('a run that is killed', () => {
  test('can die at more than ten places', () => {
    expect(killedTrees.length).toBeGreaterThan(10);
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
    const fresh = scratch();
    for (let steps = 0; ; steps += 1) {
      const root = join(fresh, String(steps));
      const lived = renderAndDie(root, after, steps);
      expect(planWrite(root, before).diagnostics).toEqual([]);
      render(root, before);
      expect(contents(root)).toEqual(texts(before));
      if (lived) break;
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
