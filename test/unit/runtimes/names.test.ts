import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import glob from 'fast-glob';
import { LOCATION_KINDS, RUNTIMES } from '../../../src/runtimes/registry.js';

/** Who still compares names of runtimes, or of what holds their volumes, outside their folders. This list only shrinks. */
const LEFT: Readonly<Record<string, number>> = {
  'src/hosts/host-tree.ts': 1,
  'src/plan/checks/check.ts': 1,
  'src/plan/checks/compose.ts': 1,
  'src/plan/checks/contents.ts': 1,
  'src/plan/checks/coverage.ts': 3,
  'src/plan/checks/declared.ts': 1,
  'src/plan/checks/guards.ts': 1,
  'src/plan/checks/host-paths.ts': 2,
  'src/plan/checks/identity.ts': 3,
  'src/plan/checks/managed-volumes.ts': 3,
  'src/plan/checks/places.ts': 2,
  'src/plan/checks/proxmox.ts': 3,
  'src/plan/checks/repository-place.ts': 2,
  'src/plan/checks/rootless.ts': 1,
  'src/plan/checks/run-as.ts': 3,
  'src/policy/deployments.ts': 4,
  'src/rendering/nested-volumes.ts': 2,
  'src/review/template-changes.ts': 1,
  'src/review/rules/access.ts': 2,
  'src/review/rules/contents.ts': 1,
  'src/review/rules/coverage.ts': 6,
  'src/review/rules/left-behind.ts': 1,
  'src/review/volume-places.ts': 1,
  'src/targets/podman-user/container.ts': 1,
  'src/targets/podman-user/restore.ts': 1,
  'src/targets/systemd/backup-files.ts': 4,
};

/** Reads plans of a time when these were all the names there were. */
const HISTORY = 'src/review/version-1.ts';

test('nobody outside a runtime’s folder decides by its name', () => {
  const names = [...RUNTIMES, ...LOCATION_KINDS].join('|');
  const compared = new RegExp(`(?:[!=]==|case|includes\\() ?'(?:${names})'|Record<Runtime(?:Name)?,`, 'g');
  const found = glob
    .sync('src/**/*.ts')
    .filter((file) => !file.startsWith('src/runtimes/') && file !== HISTORY)
    .map((file) => [file, [...readFileSync(file, 'utf8').matchAll(compared)].length] as const)
    .filter(([, count]) => count > 0);
  expect(Object.fromEntries(found)).toEqual(LEFT);
});

test('nobody outside a method’s folder decides by its name', () => {
  const decided =
    /method\) ?\{|method [!=]== '|case '(?:velero|volsync|k8up)'|Record<MethodName,|Record<KubernetesSettings\['method'\]/;
  const found = glob
    .sync('src/**/*.ts')
    .filter((file) => file !== HISTORY && decided.test(readFileSync(file, 'utf8')));
  // One renderer for each method: the compiler says when there is none.
  expect(found).toEqual(['src/runtimes/kubernetes/methods/renderers.ts']);
});
