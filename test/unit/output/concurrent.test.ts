import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { TreeBusyError } from '../../../src/output/lock.js';
import { diskOperations, type WriteOperations } from '../../../src/output/operations.js';
import { applyWrite, planWrite } from '../../../src/output/tree.js';
import { buildOther, renderElsewhere } from './other-process.js';
import { contents, files, put, render, scratch } from './tree-fixture.js';

const STAGING = '.stowage/staging';
const before = files({ same: 'same', changed: 'old', gone: 'old' });
const wanted = files({ same: 'same', changed: 'new', 'fresh/deep': 'new' });
const others = files({ same: 'third', changed: 'third', 'fresh/other': 'third' });
const texts = { same: 'same', changed: 'new', 'fresh/deep': 'new' };

beforeAll(() => buildOther('concurrent'), 60_000);

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('two runs of one tree', () => {
  test('at any step of the first, the second is refused and changes nothing', () => {
    const root = join(scratch(), 'tree');
    render(root, before);
    const said: string[] = [];
    const interrupted = <A extends unknown[]>(operation: (...args: A) => void) => {
      return (...args: A): void => {
        const { status, stderr } = renderElsewhere(root, others);
        said.push(`${String(status)} ${/TreeBusyError: .*/.exec(stderr)?.[0] ?? stderr}`);
        operation(...args);
      };
    };
    const operations: WriteOperations = {
      makeFolder: interrupted(diskOperations.makeFolder),
      createFile: interrupted(diskOperations.createFile),
      rename: interrupted(diskOperations.rename),
      removeFile: interrupted(diskOperations.removeFile),
      removeFolder: interrupted(diskOperations.removeFolder),
    };
    applyWrite(planWrite(root, wanted), { operations });
    expect(said.length).toBeGreaterThan(8);
    expect([...new Set(said)]).toEqual([
      `1 TreeBusyError: another run (process ${process.pid} on ${hostname()}) is writing \`${root}\``,
    ]);
    expect(contents(root)).toEqual(texts);
    expect(planWrite(root, wanted).drift).toEqual([]);
    expect(existsSync(join(root, STAGING))).toBe(false);
  }, 60_000);

  test('while one is writing, the other does not take half-done work for edits by hand', () => {
    const root = join(scratch(), 'tree');
    render(root, before);
    const drifts: string[] = [];
    const operations: WriteOperations = {
      ...diskOperations,
      // As another process would see it: the mark in the tree is not its own.
      rename(from, to) {
        expect(() => planWrite(root, others)).toThrow(TreeBusyError);
        drifts.push(to);
        diskOperations.rename(from, to);
      },
    };
    applyWrite(planWrite(root, wanted), { operations });
    expect(drifts.length).toBeGreaterThan(2);
  });

  test('a plan that another run has overtaken is not carried out', () => {
    const root = scratch();
    render(root, before);
    const overtaken = planWrite(root, others);
    render(root, wanted);
    expect(() => applyWrite(overtaken)).toThrow(TreeBusyError);
    expect(contents(root)).toEqual(texts);
    expect(planWrite(root, wanted).drift).toEqual([]);
  });
});

describe('the mark of another run', () => {
  const marked = (name: string): string => {
    const root = scratch();
    render(root, before);
    mkdirSync(join(root, STAGING));
    put(root, `${STAGING}/${name}`, '');
    return root;
  };

  test('of a process that has ended is cleared away, even when there is nothing to write', () => {
    for (const next of [before, wanted]) {
      const root = marked(`${deadProcess()}@${encodeURIComponent(hostname())}.run`);
      render(root, next);
      expect(existsSync(join(root, STAGING))).toBe(false);
    }
  });

  test('of a living process keeps every other run out, and stays', () => {
    const mark = `${process.ppid}@${encodeURIComponent(hostname())}.run`;
    const root = marked(mark);
    expect(() => render(root, wanted)).toThrow(TreeBusyError);
    expect(readdirSync(join(root, STAGING))).toEqual([mark]);
    expect(contents(root)).toEqual({ same: 'same', changed: 'old', gone: 'old' });
  });

  test.each([
    ['another machine', '1', 'other.example'],
    ['a number that another process has by now', String(process.ppid), hostname()],
  ])('of %s counts while it is young', (_, pid, host) => {
    const mark = `${pid}@${encodeURIComponent(host)}.run`;
    const root = marked(mark);
    expect(() => render(root, wanted)).toThrow(`(process ${pid} on ${host})`);
    utimesSync(join(root, STAGING, mark), new Date(0), new Date(0));
    render(root, wanted);
    expect(contents(root)).toEqual(texts);
  });

  test('is no foreign file in a folder whose first run was killed', () => {
    const root = scratch();
    put(root, `${STAGING}/${deadProcess()}@${encodeURIComponent(hostname())}.run`, '');
    put(root, `${STAGING}/0.part`, 'half');
    expect(planWrite(root, wanted).diagnostics).toEqual([]);
    render(root, wanted);
    expect(contents(root)).toEqual(texts);
    expect(existsSync(join(root, STAGING))).toBe(false);
  });
});
