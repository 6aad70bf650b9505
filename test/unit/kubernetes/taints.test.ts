import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { goldenCases } from '../../golden/cases.mjs';
import { objectsOf, podsIn, valuesOf, type Fields } from './objects.js';
import { mixed, renderProject, type Json } from './project.js';

const DEDICATED = { key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' };

/** Every file below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
}

/** A toleration that keeps a pod on a node that the cluster has given up. */
function isOfEveryTaint({ key }: Fields): boolean {
  return typeof key !== 'string' || key === '' || /^node\.(?:cloudprovider\.)?kubernetes\.io\//.test(key);
}

describe('no pod stays on a node that the cluster has given up', () => {
  test('in any golden tree', () => {
    const objects = goldenCases().flatMap(({ expected }) =>
      filesBelow(expected)
        .filter((file) => file.endsWith('.yaml') && file.includes('/kubernetes/'))
        .flatMap((file) => objectsOf(readFileSync(file, 'utf8'))),
    );
    expect(objects.flatMap(podsIn).length).toBeGreaterThan(5);
    const tolerated = objects.flatMap((object) => valuesOf('tolerations', object)).flat() as Fields[];
    expect(tolerated.filter(isOfEveryTaint)).toEqual([]);
  });

  test('in any text of a golden tree, its runbooks too', () => {
    for (const { expected } of goldenCases()) {
      for (const file of filesBelow(expected)) {
        const text = readFileSync(file, 'utf8');
        expect(text).not.toMatch(/tolerations"?:\s*(?:\[|- )\{?\s*"?operator"?:\s*"?Exists"?\s*(?:\n|\}|$)/);
        expect(text).not.toMatch(/"?key"?: ?"?node\.(?:cloudprovider\.)?kubernetes\.io/);
      }
    }
  });
});

describe('tolerations of the policy', () => {
  const codes = (tolerations: unknown, more: Json = {}) =>
    renderProject([mixed('x')], { tolerations, ...more }).diagnostics.map(
      ({ code, severity, span }) => `${code} ${severity} ${span.line > 1 ? 'located' : 'nowhere'}`,
    );

  test.each(['cronjob', 'daemonset'])('reach every pod that has volumes, and no other, with %s', (mode) => {
    const { files, diagnostics } = renderProject([mixed('photos')], {
      host_path_mode: mode,
      tolerations: [DEDICATED],
    });
    expect(diagnostics).toEqual([]);
    const found = files
      .filter((file) => file.path.startsWith('kubernetes/') && file.path.endsWith('.yaml'))
      .flatMap((file) => objectsOf(file.content).flatMap(podsIn));
    const withSources = found.filter((pod) => JSON.stringify(pod).includes('/backup/photos'));
    expect(withSources.length).toBeGreaterThan(0);
    for (const pod of found) {
      expect(pod.tolerations).toEqual(withSources.includes(pod) ? [DEDICATED] : undefined);
    }
  });

  const exists = (key: string, more: Json = {}) => ({ key, operator: 'Exists', ...more });
  test.each([
    ['one without a key', { operator: 'Exists' }],
    ['of a dead node', exists('node.kubernetes.io/unreachable')],
    ['of a node out of service', exists('node.kubernetes.io/out-of-service', { effect: 'NoExecute' })],
    ['of a node that is shut down', exists('node.cloudprovider.kubernetes.io/shutdown')],
    ['with a value beside Exists', exists('a', { value: 'b' })],
    ['with seconds but no NoExecute', exists('a', { effect: 'NoSchedule', tolerationSeconds: 3 })],
  ])('%s: refused', (_what, toleration) => {
    expect(codes([DEDICATED, toleration])).toEqual(['STW556 error located']);
  });

  test('taints of one’s own are taken as Kubernetes writes them', () => {
    expect(
      codes([
        exists('node-role.kubernetes.io/control-plane', { effect: 'NoSchedule' }),
        { key: 'example.org/gpu', value: 'yes' },
        exists('spot', { effect: 'NoExecute', tolerationSeconds: 300 }),
      ]),
    ).toEqual([]);
  });

  test('schedulers on each node ask for an answer: on a node with a taint there would be none, unseen', () => {
    expect(codes(undefined, { host_path_mode: 'daemonset' })).toEqual(['STW557 warning located']);
    expect(codes([], { host_path_mode: 'daemonset' })).toEqual([]);
    expect(codes(undefined)).toEqual([]);
  });
});
