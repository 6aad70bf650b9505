import { expect, test } from '@jest/globals';
import { RUNTIMES, runtimeOf } from '../../../src/runtimes/registry.js';

test('a word for what holds volumes means the same on every runtime', () => {
  const meanings = new Map<string, Set<string>>();
  for (const name of RUNTIMES) {
    for (const [kind, holding] of Object.entries(runtimeOf(name).kinds)) {
      meanings.set(kind, (meanings.get(kind) ?? new Set()).add(holding));
    }
  }
  expect([...meanings].filter(([, holdings]) => holdings.size > 1)).toEqual([]);
});

test('no two runtimes have one name', () => {
  expect(new Set(RUNTIMES).size).toBe(RUNTIMES.length);
});

test('a name that nobody has is a bug, and no runtime', () => {
  expect(() => runtimeOf('constructor')).toThrow('no runtime is called constructor');
});
