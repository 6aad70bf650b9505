import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import glob from 'fast-glob';
import { KINDS } from '../../../src/jobs/registry.js';
import { LOCATION_KINDS, RUNTIMES } from '../../../src/runtimes/registry.js';

/** Reads plans of a time when these were all the names there were. */
const HISTORY = 'src/review/version-1.ts';

test('nobody outside a runtime’s folder decides by its name', () => {
  const names = [...RUNTIMES, ...LOCATION_KINDS].join('|');
  const compared = new RegExp(`(?:[!=]==|case|includes\\() ?'(?:${names})'|Record<Runtime(?:Name)?,`);
  const found = glob
    .sync('src/**/*.ts')
    .filter((file) => !file.startsWith('src/runtimes/') && file !== HISTORY)
    .filter((file) => compared.test(readFileSync(file, 'utf8')));
  expect(found).toEqual([]);
});

test('nobody outside a method’s folder decides by its name', () => {
  const decided =
    /method\) ?\{|method [!=]== '|case '(?:velero|volsync|k8up)'|Record<MethodName,|Record<KubernetesSettings\['method'\]/;
  const found = glob
    .sync('src/**/*.ts')
    .filter((file) => file !== HISTORY && decided.test(readFileSync(file, 'utf8')));
  // The list, and one renderer for each method: the compiler says when there is none.
  const lists = ['registry', 'renderers'].map((name) => `src/runtimes/kubernetes/methods/${name}.ts`);
  expect(found.sort()).toEqual(lists);
});

test('nobody outside a kind’s folder decides by its name', () => {
  const names = KINDS.map(({ name }) => name).join('|');
  const compared = new RegExp(`[!=]== '(?:${names})'|case '(?:${names})'`);
  const found = glob
    .sync('src/**/*.ts')
    .filter((file) => file !== HISTORY && compared.test(readFileSync(file, 'utf8')));
  expect(found).toEqual([]);
});
