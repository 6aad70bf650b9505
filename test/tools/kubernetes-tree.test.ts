import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { RenderedFile } from '../../src/rendering/file.js';
import { unpackPackages } from '../e2e/lib/debian.js';
import { objectsOf, type Fields } from '../unit/kubernetes/objects.js';
import { contract, mixed, renderProject } from '../unit/kubernetes/project.js';

function inFolder<T>(files: readonly RenderedFile[], use: (root: string) => T): T {
  const root = mkdtempSync(path.join(tmpdir(), 'stowage-tree-'));
  try {
    for (const file of files) {
      const target = path.join(root, file.path);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, file.content, { mode: file.mode });
    }
    return use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Fails with the program's own words, also when it is not installed. */
function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Of the release that the end-to-end suite uses: Debian 12's own is too old to kustomize folders. */
let kubectl = '';
beforeAll(async () => {
  kubectl = path.join(await unpackPackages('kubernetes-trixie'), 'usr/bin/kubectl');
}, 600_000);

const kustomize = (root: string, folder: string) => run(kubectl, ['kustomize', path.join(root, folder)]);
const named = (object: Fields) => {
  const { name, namespace } = object.metadata as { name: string; namespace: string };
  return `${String(object.kind)} ${namespace}/${name}`;
};

describe('the tree', () => {
  test('is one kustomization with every object once, secrets none', () => {
    const { files } = renderProject([
      contract('wiki'),
      contract('git', { service_namespace: 'git' }),
      mixed('photos'),
    ]);
    const objects = objectsOf(inFolder(files, (root) => kustomize(root, 'kubernetes')));
    const names = objects.map(named).sort();
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        'ConfigMap apps/stowage-lab-scripts',
        'CronJob apps/stowage-lab-backup-photos',
        'CronJob apps/stowage-lab-backup-wiki',
        'CronJob backup/stowage-lab-check-main',
        'CronJob backup/stowage-lab-forget-main',
        'CronJob backup/stowage-lab-prune-main',
        'CronJob git/stowage-lab-backup-git',
        'NetworkPolicy apps/stowage-lab',
        'ServiceAccount git/stowage-lab',
      ]),
    );
    expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  test('gives the forget job the script of every service, that of a host too', () => {
    const contracts = [contract('wiki'), contract('web', { runtime_templates: { docker: 'd.j2' } })];
    const deployments = [
      { runtime: 'kubernetes', services: ['wiki'] },
      { runtime: 'docker', host: 'web1', services: ['web'] },
    ];
    const { files } = renderProject(contracts, {}, { deployments });
    const objects = objectsOf(inFolder(files, (root) => kustomize(root, 'kubernetes/backup')));
    const job = objects.find((object) => named(object) === 'CronJob backup/stowage-lab-forget-main');
    const sources = JSON.stringify(job);
    const maps = objects.filter((object) => named(object).startsWith('ConfigMap backup/stowage-lab-forget'));
    for (const map of maps) expect(sources).toContain(`"${(map.metadata as { name: string }).name}"`);
    expect(maps.flatMap((map) => Object.keys(map.data as Fields)).sort()).toEqual(['web.sh', 'wiki.sh']);
  });

  test.each([{}, { host_path_mode: 'daemonset' }])(
    'with %j is changed by a new service in its own files and the lists only',
    (settings) => {
      const before = renderProject([contract('wiki'), contract('zoo')], settings);
      const after = renderProject([contract('wiki'), contract('new'), contract('zoo')], settings);
      const old = new Map(before.files.map((file) => [file.path, file.content]));
      const changed = after.files
        .filter((file) => file.path.startsWith('kubernetes/') && old.get(file.path) !== file.content)
        .map((file) => file.path);
      expect(changed.sort()).toEqual([
        'kubernetes/apps/kustomization.yaml',
        'kubernetes/apps/new.yaml',
        'kubernetes/apps/restore/new.yaml',
        'kubernetes/backup/forget/main/new.sh',
        'kubernetes/backup/kustomization.yaml',
      ]);
    },
  );

  test('has a file of its own for a service that is called like one of ours', () => {
    const { paths } = renderProject(
      ['network-policy', 'network-policy.service', 'kustomization', 'maintenance-main'].map((id) =>
        contract(id),
      ),
    );
    expect(paths).toEqual(
      expect.arrayContaining([
        'kubernetes/apps/network-policy.service.yaml',
        'kubernetes/apps/network-policy.service.service.yaml',
        'kubernetes/apps/kustomization.service.yaml',
        'kubernetes/apps/maintenance-main.service.yaml',
      ]),
    );
  });

  test('has scripts without a fault', () => {
    const { files } = renderProject([mixed('photos')], { host_path_mode: 'daemonset' });
    const scripts = files.filter((file) => file.path.startsWith('kubernetes/') && file.path.endsWith('.sh'));
    expect(scripts.map((file) => path.basename(file.path)).sort()).toEqual([
      'apply-retention.sh',
      'backup.sh',
      'check-repository.sh',
      'forget.sh',
      'hostpath-job.sh',
      'hostpath-probe.sh',
      'hostpath.sh',
      'maintain.sh',
      'photos.sh',
      'photos.sh',
      'remove-dead-locks.sh',
      'restore.sh',
    ]);
    inFolder(scripts, (root) => {
      const result = spawnSync(
        'shellcheck',
        ['--shell=sh', ...scripts.map((file) => path.join(root, file.path))],
        { encoding: 'utf8' },
      );
      expect({ error: result.error?.message, said: result.stdout }).toEqual({ error: undefined, said: '' });
    });
  });
});

describe('the component for the workload', () => {
  const workload = (kind: string, name: string) =>
    JSON.stringify({
      apiVersion: kind === 'PersistentVolumeClaim' ? 'v1' : 'apps/v1',
      kind,
      metadata: { name, namespace: 'apps' },
      spec: {},
    });

  function patched(settings: object): Fields[] {
    const { files } = renderProject([contract('wiki')], { ...settings });
    const own = (name: string, content: string): RenderedFile => ({
      path: `own/${name}`,
      content,
      mode: 0o644,
      sources: [],
      service: null,
      runtime: null,
    });
    const resources = [
      own('deployment.yaml', workload('Deployment', 'wiki')),
      own('other.yaml', workload('Deployment', 'wiki2')),
      own('claim.yaml', workload('PersistentVolumeClaim', 'wiki-data')),
      own('other-claim.yaml', workload('PersistentVolumeClaim', 'wiki-database')),
    ];
    const list = {
      resources: resources.map((file) => path.basename(file.path)),
      components: ['../kubernetes/apps/workloads/wiki'],
    };
    const all = [...files, ...resources, own('kustomization.yaml', JSON.stringify(list))];
    return objectsOf(inFolder(all, (root) => kustomize(root, 'own')));
  }

  test('names the volumes for Velero on the pods of this workload alone', () => {
    const objects = patched({ method: 'velero' });
    const marked = objects.filter((object) =>
      JSON.stringify(object).includes('"backup.velero.io/backup-volumes":"data"'),
    );
    expect(marked.map(named)).toEqual(['Deployment apps/wiki']);
  });

  test('labels the claims for K8up, and no others', () => {
    const objects = patched({ method: 'k8up' });
    const marked = objects.filter((object) =>
      JSON.stringify(object.metadata).includes('"stowage-lab-service":"wiki"'),
    );
    expect(marked.map(named)).toEqual(['PersistentVolumeClaim apps/wiki-data']);
  });
});
