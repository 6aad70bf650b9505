import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import glob from 'fast-glob';
import { KINDS } from '../../../src/jobs/registry.js';
import { LOCATION_KINDS, RUNTIMES } from '../../../src/runtimes/registry.js';

/** Reads plans of a time when these were all the names there were. */
const HISTORY = 'src/review/version-1.ts';

/** Says in words what each code means. */
const CATALOGUE = ['src/diagnostics/codes.ts', 'src/diagnostics/review-codes.ts'];

/** A field of plans has that name, which is an interface. */
const PLAN = ['schemas/plan.schema.json', 'src/model/plan.ts', 'src/plan/build.ts'];

/** It reads that field. */
const READER = 'src/review/rules/coverage.ts';

/** A variable of templates has that name, and the plan's value. */
const VARIABLES = 'src/targets/ansible/service-vars.ts';

test('nobody outside a runtime’s folder decides by its name', () => {
  const names = [...RUNTIMES, ...LOCATION_KINDS].join('|');
  const compared = new RegExp(`(?:[!=]==|case|includes\\() ?'(?:${names})'|Record<Runtime(?:Name)?,`);
  const found = glob
    .sync('src/**/*.ts')
    .filter((file) => !file.startsWith('src/runtimes/') && file !== HISTORY)
    .filter((file) => compared.test(readFileSync(file, 'utf8')));
  expect(found).toEqual([]);
});

/** May know what is in the folder of a runtime. */
const KNOWERS = [
  'src/runtimes/registry.ts',
  // Its types of settings are the library's own, and so are the names of methods.
  'src/index.ts',
  HISTORY,
];

test('nobody outside a runtime’s folder imports what is in it', () => {
  const folder = /'(?:\.{1,2}\/)+(?:runtimes\/)?([a-z0-9-]+)\/[^']*\.js'/g;
  const found = glob
    .sync('src/**/*.ts')
    .filter((file) => !KNOWERS.includes(file))
    .filter((file) =>
      [...readFileSync(file, 'utf8').matchAll(folder)].some(
        ([, name = '']) => RUNTIMES.includes(name) && !file.startsWith(`src/runtimes/${name}/`),
      ),
    );
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

/** Keys of contracts and deployments that one runtime has for itself, with the files that may name them all the same. */
const OWN_KEYS: readonly (readonly [string, readonly string[]])[] = [
  ['quadlet_scope', [...CATALOGUE]],
  ['vmid', [...CATALOGUE, ...PLAN, VARIABLES]],
  ['compose_project', []],
  ['pvc', []],
  ['dump_guest', [...CATALOGUE]],
  ['node_selector', [HISTORY, ...PLAN, READER]],
];

test.each(OWN_KEYS)('nobody outside a runtime’s folder knows its key %s', (key, exceptions) => {
  const found = glob
    .sync(['src/**/*.{ts,mjs}', 'schemas/{contract,policy,plan}.schema.json'])
    .filter((file) => !file.startsWith('src/runtimes/') && !exceptions.includes(file))
    .filter((file) => new RegExp(`\\b${key}\\b`).test(readFileSync(file, 'utf8')));
  expect(found).toEqual([]);
});
