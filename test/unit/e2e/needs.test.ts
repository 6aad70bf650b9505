import { describe, expect, test } from '@jest/globals';
import { askedFor, decide, obstacles, type HostFacts } from '../../e2e/lib/needs.js';

const GOOD: HostFacts = {
  isRoot: true,
  distribution: 'debian',
  hasApt: true,
  mirror: 'http://mirror.example/debian/',
  hasControlGroups: true,
  hasOverlay: true,
};

describe('a host for the end-to-end suite', () => {
  test('that has everything is in nobody’s way', () => {
    expect(obstacles(GOOD)).toEqual([]);
  });

  test.each<[Partial<HostFacts>, string]>([
    [{ isRoot: false }, 'needs root'],
    [{ distribution: 'fedora' }, 'this is fedora'],
    [{ distribution: '' }, 'this is unknown'],
    [{ hasApt: false, mirror: null }, 'needs apt'],
    [{ mirror: null }, 'needs a mirror'],
    [{ hasControlGroups: false }, 'needs control groups'],
    [{ hasOverlay: false }, 'needs overlay'],
  ])('with %j is told one reason: %s', (lack, reason) => {
    expect(obstacles({ ...GOOD, ...lack })).toEqual([expect.stringContaining(reason)]);
  });

  test('that lacks several things is told of all at once', () => {
    const bad = { ...GOOD, isRoot: false, distribution: 'alpine', hasApt: false, mirror: null };
    expect(obstacles(bad)).toHaveLength(3);
  });
});

const SCENARIOS = {
  docker: { shows: '', engines: [], needs: ['engines'] },
  across: { shows: '', engines: [], needs: ['engines', 'kubernetes-trixie'] },
  harness: { shows: '', engines: [], needs: ['base'] },
};

describe('a missing engine', () => {
  const missing = new Map([['kubernetes-trixie', 'the mirror has no kubectl']]);

  test('ends a run in CI', () => {
    expect(decide(SCENARIOS, missing, true)).toMatchObject({ stops: true });
  });

  test('elsewhere leaves the other scenarios, and says which cannot run and why', () => {
    expect(decide(SCENARIOS, missing, false)).toEqual({
      run: ['docker', 'harness'],
      notRun: ['across: no kubernetes-trixie: the mirror has no kubectl'],
      stops: false,
    });
  });

  test('that every scenario needs ends a run anywhere', () => {
    const all = new Map([
      ['engines', 'gone'],
      ['base', 'gone'],
    ]);
    expect(decide(SCENARIOS, all, false)).toMatchObject({ run: [], stops: true });
  });

  test('is none when everything is there', () => {
    const everything = { run: ['docker', 'across', 'harness'], notRun: [], stops: false };
    expect(decide(SCENARIOS, new Map(), true)).toEqual(everything);
  });
});

test.each([
  [[], ['docker', 'across', 'harness']],
  [['harness', '-t', 'every byte'], ['harness']],
  [
    ['test/e2e/docker.e2e.ts', 'acro'],
    ['docker', 'across'],
  ],
  [
    ['--verbose', 'nothing like it'],
    ['docker', 'across', 'harness'],
  ],
])('arguments %j ask for %j', (args, names) => {
  expect(Object.keys(askedFor(SCENARIOS, args))).toEqual(names);
});
