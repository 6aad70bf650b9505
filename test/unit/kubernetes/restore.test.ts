import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { kubernetesJobs } from '../../../src/targets/kubernetes/cluster.js';
import * as restore from '../../../src/targets/kubernetes/restore.js';
import { objectsOf } from './objects.js';
import { mixed, renderProject } from './project.js';

const { plan, policy } = renderProject([mixed('photos')]);
const settings = policy?.runtimes.kubernetes;
const [job] = plan === null ? [] : kubernetesJobs(plan);
if (job === undefined || settings === undefined) throw new Error('nothing is planned');

test('a volume is restored to where its snapshot has it, with its own folder', () => {
  const path = '/backup/photos/media';
  const restic = ['kubectl', '--namespace', 'apps', 'exec', 'restore-photos', '--', 'restic'];
  const filter = ['--host=photos', '--tag=service:photos', `--path=${path}`, `--include=${path}`, '--sparse'];
  const command = [...restic, 'restore', 'latest', ...filter];
  expect(restore.restoreInPlace(job, 'media', 'latest', true)).toEqual([
    ...command,
    '--target=/',
    '--delete',
    '--dry-run',
    '--verbose=2',
  ]);
  expect(restore.restoreInPlace(job, 'media', 'latest', false)).toEqual([
    ...command,
    '--target=/',
    '--delete',
    '--verify',
  ]);
  expect(restore.restoreAside(job, 'media', 'latest')).toEqual([
    [...command, '--target=/aside', '--verify'],
    ['kubectl', '--namespace', 'apps', 'cp', `restore-photos:/aside${path}`, './photos-media'],
  ]);
});

test('the pod for restoring mounts every volume writable, at the same place of its claim', () => {
  const { spec } = restore.restorePod(job, settings) as unknown as {
    spec: { containers: { volumeMounts: object[] }[]; affinity: { podAffinity: object } };
  };
  expect(spec.containers[0]?.volumeMounts).toEqual(
    expect.arrayContaining([
      { name: 'claim-photos-data', mountPath: '/backup/photos/data', subPath: 'sub dir', readOnly: false },
      { name: 'path-media', mountPath: '/backup/photos/media', readOnly: false },
    ]),
  );
  // The hostPath is on the workload's node and on no other.
  expect(Object.keys(spec.affinity.podAffinity)).toEqual(['requiredDuringSchedulingIgnoredDuringExecution']);
});

test('a claim from a CSI snapshot has the size and class of the live one, and a volume of its own', () => {
  const live = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: 'photos-data',
      namespace: 'apps',
      uid: 'u',
      annotations: { 'pv.kubernetes.io/bind-completed': 'yes' },
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      volumeName: 'pvc-u',
      resources: { requests: { storage: '20Gi' } },
    },
  };
  const [, patch = []] = restore.claimFromSnapshot(job, 'photos-data');
  const [program = '', ...args] = patch;
  const { stdout, stderr, error } = spawnSync(program, args, {
    input: JSON.stringify(live),
    encoding: 'utf8',
  });
  expect({ error, stderr }).toEqual({ error: undefined, stderr: '' });
  expect(objectsOf(stdout)).toEqual([
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'photos-data-restored', namespace: 'apps' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast',
        resources: { requests: { storage: '20Gi' } },
        dataSource: {
          apiGroup: 'snapshot.storage.k8s.io',
          kind: 'VolumeSnapshot',
          name: restore.volumeSnapshotName('photos-data'),
        },
      },
    },
  ]);
});
