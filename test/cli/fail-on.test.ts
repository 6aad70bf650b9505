import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { project, put, read, snapshot, stowage } from './program.js';

const LOST = `service_id: lost
service_volumes: [{ name: data, target: /data }, { name: cache, target: /cache }]
mounts: { persistent_volumes: [{ name: data, path: /data }, { name: cache, path: /cache }] }
backup: { volumes: { cache: { enabled: false, reason: made again on start } } }
runtime_templates: { docker: docker.yml.j2 }
`;

/** A service that runs, and one that no deployment places. */
function halfDeployed(): string {
  const folder = project();
  put(folder, 'stowage.yml', read(folder, 'stowage.yml').replace('["*"]', '[wiki, blog]'));
  put(folder, 'services/lost.yml', LOST);
  return folder;
}

const tree = (folder: string) => Object.keys(snapshot(join(folder, 'rendered')));

describe('--fail-on', () => {
  test('validate exits 1 for warnings only when that is asked for', () => {
    const folder = halfDeployed();
    expect(stowage(folder, ['validate']).code).toBe(0);
    expect(stowage(folder, ['validate', '--fail-on', 'error']).code).toBe(0);
    const found = stowage(folder, ['validate', '--fail-on', 'warning']);
    expect(found.code).toBe(1);
    expect(found.out).toContain('STW309');
    expect(stowage(project(), ['validate', '--fail-on', 'warning']).code).toBe(0);
    expect(stowage(folder, ['validate', '--format', 'sarif', '--fail-on=warning']).code).toBe(1);
  });

  test('render writes nothing then, and says so', () => {
    const folder = halfDeployed();
    const refused = stowage(folder, ['render', '--fail-on', 'warning']);
    expect([refused.code, refused.out, tree(folder)]).toEqual([1, '', []]);
    expect(refused.err).toContain('nothing is written');
    expect(stowage(folder, ['render']).code).toBe(0);
    expect(tree(folder)).not.toEqual([]);
    expect(stowage(folder, ['render', '--check']).code).toBe(0);
    expect(stowage(folder, ['render', '--check', '--fail-on', 'warning']).code).toBe(1);
    // What writes nothing anyhow says nevertheless how the tree differs.
    put(folder, 'rendered/README.md', 'mine\n');
    for (const check of [['--check'], ['--check', '--fail-on', 'warning']]) {
      const drift = stowage(folder, ['render', ...check]);
      expect([drift.code, drift.out]).toEqual([1, 'edited  rendered/README.md\n']);
    }
    expect(stowage(folder, ['render', '--diff', '--fail-on', 'warning']).out).toContain('-mine');
  });

  test('nothing else is a severity', () => {
    expect(stowage(project(), ['validate', '--fail-on', 'info']).code).toBe(2);
    expect(stowage(project(), ['render', '--fail-on', 'error', '--fail-on', 'warning']).code).toBe(2);
  });
});

test('a service that no deployment places is in every table, and not backed up in any', () => {
  const folder = halfDeployed();
  const { out } = stowage(folder, ['render']);
  expect(out).toMatch(/^lost +data +- +NO: not deployed anywhere$/m);
  expect(out).toMatch(/^nowhere +1 service: 1 volume NOT BACKED UP$/m);
  const index = read(folder, 'rendered/README.md');
  expect(index).toContain('| lost | data | - | - | - | NO: not deployed anywhere | - |');
  expect(index).toContain(', 1 not deployed anywhere.');
  const plan = JSON.parse(read(folder, 'rendered/.stowage/plan.json')) as { services: object[] };
  expect(plan.services).toContainEqual(
    expect.objectContaining({ service_id: 'lost', undeployed_volumes: ['data'] }),
  );
  const table = stowage(folder, ['paths']).out;
  expect(table).toMatch(/^lost +data +- +- +- +- +NO +-$/m);
  expect(table).toContain('lost/data is not backed up: not deployed anywhere');
  const { paths } = JSON.parse(stowage(folder, ['paths', '--format', 'json']).out) as { paths: object[] };
  expect(paths).toContainEqual({
    ...{ service: 'lost', volume: 'data', runtime: null, host: null, kind: null, location: null },
    ...{ name: null, namespace: null, snapshot_path: '/backup/lost/data' },
    ...{ backed_up: false, reason: 'not deployed anywhere', live_copy: null },
  });
  const report = stowage(folder, ['report', '--format', 'markdown']).out;
  expect(report).toContain('**Deployed nowhere, so nothing of it is backed up:** lost.');
});
