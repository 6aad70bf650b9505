import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { UNPACKED } from '../../e2e/lib/debian.js';
import type { Proof, Scenarios } from '../../e2e/lib/proof.js';
import { TREES } from '../../e2e/lib/tree.js';

const FOLDER = 'test/e2e';
const json = (name: string): unknown => JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'));
const scenarios = json('scenarios') as Scenarios;
const proven = (json('proven') as { scenarios: Proof }).scenarios;
const { stand_ins: standIns } = json('proven') as { stand_ins: readonly string[] };
const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.e2e.ts'))
  .map((file) => file.replace('.e2e.ts', ''));

describe.each(files)('the scenario %s', (name) => {
  const source = readFileSync(`${FOLDER}/${name}.e2e.ts`, 'utf8');

  test('is described, says what it needs, and is in the suite’s own account', () => {
    expect(Object.keys(scenarios)).toContain(name);
    expect(Object.keys(proven)).toContain(name);
    expect(scenarios[name]?.shows).not.toBe('');
    expect(Object.keys(proven[name] ?? {})).toEqual([...(scenarios[name]?.engines ?? [])].sort());
  });

  test('needs exactly the trees and packages that it uses', () => {
    const uses = [
      ...source.matchAll(/\b(?:boot|treeFolder)\('([^']+)'/g),
      ...source.matchAll(/'(kubernetes-[a-z]+|databases-bookworm)'/g),
    ].map(([, used]) => used);
    if (source.includes('newRestic(')) uses.push('restic-sid');
    if (source.includes('new KernelMachine(')) uses.push('kernel');
    expect(new Set(scenarios[name]?.needs)).toEqual(new Set(uses));
    for (const need of scenarios[name]?.needs ?? []) {
      expect([...Object.keys(TREES), ...Object.keys(UNPACKED)]).toContain(need);
    }
  });

  test('leaves no test out', () => {
    expect(source).not.toMatch(
      /\b(?:test|it|describe)\.(?:skip|todo|only)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\(/,
    );
  });
});

test('nothing is said of scenarios that are not there', () => {
  expect(Object.keys(proven).filter((name) => !files.includes(name))).toEqual([]);
});

test('what only stand-ins prove is said, and no more', () => {
  const source = readFileSync('test/unit/dumps/stand-ins.test.ts', 'utf8');
  expect(standIns.filter((engine) => !source.includes(`'${engine}'`))).toEqual([]);
});
