import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { diskOperations, type WriteOperations } from '../../src/output/operations.js';
import { applyWrite, planWrite } from '../../src/output/tree.js';
import type { RenderedFile } from '../../src/rendering/file.js';
import { contents, files, put } from '../unit/output/tree-fixture.js';

/** Few names and contents, so that steps meet each other. `d` is a file in one tree and a folder in another. */
const paths = ['a', 'd', 'd/x', 'd/y/z', 'e/f', 'e/g'];
const contentOf = fc.constantFrom('1', '2', '3');
const tree = fc
  .dictionary(fc.constantFrom(...paths), contentOf)
  .map((wanted) => {
    const { d, ...rest } = wanted;
    return d === undefined || Object.keys(rest).some((path) => path.startsWith('d/')) ? rest : wanted;
  })
  .map((wanted): Record<string, string> => ({ ...wanted }));

/** Foreign names never meet rendered ones: what then happens is an error, told apart in the unit tests. */
const step = fc.oneof(
  fc.record({ do: fc.constant('render' as const), wanted: tree }),
  fc.record({ do: fc.constant('killed' as const), wanted: tree, steps: fc.nat(25) }),
  fc.record({
    do: fc.constant('edit' as const),
    path: fc.constantFrom(...paths),
    content: fc.constantFrom('4', '5'),
  }),
  fc.record({
    do: fc.constant('foreign' as const),
    path: fc.constantFrom('mine', 'd/mine', 'e/mine', 'q/r'),
  }),
);

class Killed extends Error {}

/** The real disk until `steps` operations are done; then nothing can be done any more, as after a kill. */
function dyingAfter(steps: number): WriteOperations {
  let left = steps;
  const live = <A extends unknown[]>(operation: (...args: A) => void) => {
    return (...args: A) => {
      if (left <= 0) throw new Killed();
      left -= 1;
      operation(...args);
    };
  };
  return {
    makeFolder: live(diskOperations.makeFolder),
    createFile: live(diskOperations.createFile),
    rename: live(diskOperations.rename),
    removeFile: live(diskOperations.removeFile),
    removeFolder: live(diskOperations.removeFolder),
  };
}

/** Renders as far as the plan allows; true if it was carried out to its end. */
function renderInto(root: string, wanted: readonly RenderedFile[], operations: WriteOperations): boolean {
  const plan = planWrite(root, wanted);
  if (plan.order === null) return false;
  try {
    applyWrite(plan, { operations });
    return true;
  } catch (error) {
    if (error instanceof Killed) return false;
    throw error;
  }
}

test('whatever happens to a tree, foreign files and edits stay, and a second render does nothing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), tree, (steps, last) => {
      const root = mkdtempSync(join(tmpdir(), 'stowage-property-'));
      try {
        applyWrite(planWrite(root, files({})));
        const foreign: Record<string, string> = {};
        for (const item of steps) {
          const now = contents(root);
          if (item.do === 'foreign' && now.d === undefined) {
            put(root, item.path, 'mine');
            foreign[item.path] = 'mine';
          } else if (item.do === 'edit' && (now[item.path] ?? '/') !== '/') {
            put(root, item.path, item.content);
          } else if (item.do === 'render' || item.do === 'killed') {
            renderInto(
              root,
              files(item.wanted),
              item.do === 'killed' ? dyingAfter(item.steps) : diskOperations,
            );
          }
          expect(contents(root)).toMatchObject(foreign);
        }

        const edited = Object.entries(contents(root)).filter(
          ([, content]) => content > '3' && content !== 'mine',
        );
        if (!renderInto(root, files(last), diskOperations)) {
          // Only a file of somebody's may stand in the way.
          expect([...edited, ...Object.entries(foreign)]).not.toEqual([]);
          return;
        }
        expect(contents(root)).toEqual({ ...last, ...foreign, ...Object.fromEntries(edited) });
        const again = applyWrite(planWrite(root, files(last)));
        expect([again.written, again.removed]).toEqual([[], []]);
        expect(again.drift.every(({ kind }) => kind === 'edited')).toBe(true);
        // A drift is what an edit is called, and nothing else.
        const reported = new Set(again.drift.map(({ path }) => path));
        expect(reported).toEqual(new Set(edited.map(([path]) => path)));
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    }),
    { numRuns: 400 },
  );
});
