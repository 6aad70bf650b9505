import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { kubernetesJobs } from '../../../src/targets/kubernetes/cluster.js';
import * as operators from '../../../src/targets/kubernetes/operator-restore.js';
import * as restore from '../../../src/targets/kubernetes/restore.js';
import { shellWord } from '../../../src/template/encoders/shell-word.js';
import { objectsOf } from './objects.js';
import { contract, mixed, renderProject, type Json } from './project.js';

function planned(service: Json, kubernetes: Json = {}) {
  const { plan, policy } = renderProject([service], kubernetes);
  const settings = policy?.runtimes.kubernetes;
  const [job] = plan === null ? [] : kubernetesJobs(plan);
  if (job === undefined || settings === undefined) throw new Error('nothing is planned');
  return { job, settings };
}

const { job, settings } = planned(mixed('photos'));

test('a volume is restored to where its snapshot has it, with its own folder', () => {
  const path = '/backup/photos/media';
  const restic = ['kubectl', '--namespace', 'apps', 'exec', 'stowage-lab-restore-photos', '--', 'restic'];
  const filter = ['--host=photos', '--tag=service:photos', `--path=${path}`, `--include=${path}`, '--sparse'];
  const command = [...restic, 'restore', 'latest', ...filter];
  expect(restore.restoreInPlace(job, settings, 'media', 'latest', true)).toEqual([
    [...command, '--target=/', '--delete', '--dry-run', '--verbose=2'],
  ]);
  expect(restore.restoreInPlace(job, settings, 'media', 'latest', false)).toEqual([
    [...command, '--target=/', '--delete', '--verify'],
  ]);
  expect(restore.restoreAside(job, settings, 'media', 'latest')).toEqual([
    [[...command, '--target=/aside', '--verify']],
    [['kubectl', '--namespace', 'apps', 'cp', `stowage-lab-restore-photos:/aside${path}`, './photos-media']],
  ]);
});

test('of a hostPath that every node has, the newest snapshot is that of the pod’s own node', () => {
  const scheduled = planned(mixed('photos'), { host_path_mode: 'daemonset' });
  const [asked, restored] = restore.restoreInPlace(
    scheduled.job,
    scheduled.settings,
    'media',
    'latest',
    false,
  );
  expect(asked?.join(' ')).toBe(
    'kubectl --namespace apps get pod/stowage-lab-restore-photos --output=jsonpath={.spec.nodeName}',
  );
  expect(restored?.slice(0, 3)).toEqual(['xargs', '-I', '{}']);
  expect(restored).toContain('--tag=service:photos,part:hostpath,node:{}');
  const [aside] = restore.restoreAside(scheduled.job, scheduled.settings, 'media', 'latest');
  expect(aside).toHaveLength(2);
  // A claim is one, whatever node it is on.
  const claim = restore.restoreInPlace(scheduled.job, scheduled.settings, 'data', 'latest', false);
  expect(claim).toHaveLength(1);
  expect(claim[0]).toContain('--tag=service:photos');
});

test('the pod for restoring tolerates no taint, and asks for what a quota wants to be asked for', () => {
  const { spec } = restore.restorePod(job, settings) as unknown as {
    spec: { containers: { resources: object }[] };
  };
  expect(spec).not.toHaveProperty('tolerations');
  expect(spec.containers[0]?.resources).toEqual({
    requests: { cpu: '100m', memory: '256Mi' },
    limits: { memory: '2Gi' },
  });
});

test('the pod for restoring mounts every volume writable, at the same place of its claim', () => {
  const { spec } = restore.restorePod(job, settings) as unknown as {
    spec: { containers: { volumeMounts: object[] }[]; volumes: object[]; affinity: { podAffinity: object } };
  };
  // Nothing is left of it after a disaster: then there is a folder to restore into.
  expect(spec.volumes).toContainEqual({
    name: 'path-media',
    hostPath: { path: '/srv/photos/media', type: 'DirectoryOrCreate' },
  });
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
          name: restore.volumeSnapshotName(job, 'photos-data'),
        },
      },
    },
  ]);
});

/** kubectl as far as stopping and starting goes: the workload's replicas and its note, one file each. */
const KUBECTL = `#!/bin/sh
cd "$(dirname "$0")" || exit 2
shift 2
case "$*" in
  'get deployment/photos --output=jsonpath={.spec.replicas}') cat replicas ;;
  'get deployment/photos --output=jsonpath={.metadata.annotations.stowage-replicas}') cat note 2>&- ;;
  'annotate deployment/photos stowage-replicas-') rm note ;;
  'annotate deployment/photos stowage-replicas='*)
    # Without --overwrite, kubectl refuses to change an annotation.
    [ ! -e note ] || exit 1
    printf %s "\${3#*=}" > note ;;
  'scale deployment/photos --replicas='*) printf %s "\${3#*=}" > replicas ;;
  wait*|rollout*) ;;
  *) echo "unexpected: $*" >&2; exit 2 ;;
esac
`;

test('a workload starts with the replicas that it had, even when it was stopped twice', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stowage-kubectl-'));
  try {
    writeFileSync(path.join(folder, 'kubectl'), KUBECTL);
    chmodSync(path.join(folder, 'kubectl'), 0o755);
    writeFileSync(path.join(folder, 'replicas'), '3');
    const type = (pipelines: readonly restore.Pipeline[]) => {
      const lines = pipelines.map((one) => one.map((words) => words.map(shellWord).join(' ')).join(' | '));
      const env = { PATH: `${folder}:${process.env.PATH ?? ''}` };
      const { stderr } = spawnSync('sh', ['-c', lines.join('\n')], { env, encoding: 'utf8' });
      return { replicas: readFileSync(path.join(folder, 'replicas'), 'utf8'), stderr };
    };
    expect(type(restore.stopWorkload(job))).toEqual({ replicas: '0', stderr: '' });
    expect(type(restore.stopWorkload(job)).replicas).toBe('0');
    expect(type(restore.startWorkload(job))).toEqual({ replicas: '3', stderr: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

interface PodText {
  readonly spec: {
    readonly securityContext: Json;
    readonly containers: readonly { securityContext: Json }[];
  };
}

test('the pod for restoring is root with what the baseline level allows, and the user where that is refused', () => {
  // Pod Security Standards, "Baseline": these, among others, may be added.
  const baseline = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETGID', 'SETUID'];
  const claims = planned(contract('wiki', { service_security: { run_as_user: 1000 } }));
  const root = restore.restorePod(claims.job, claims.settings) as unknown as PodText;
  const { add } = root.spec.containers[0]?.securityContext.capabilities as { add: string[] };
  expect(add.filter((capability) => !baseline.includes(capability))).toEqual([]);
  expect(root.spec).not.toHaveProperty('volumes.hostPath');
  const user = restore.restrictedRestorePod(claims.job, claims.settings) as unknown as PodText;
  expect(user.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
  expect(user.spec.containers[0]?.securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  });
  expect(user.spec.containers[0]?.securityContext.capabilities).not.toHaveProperty('add');
  // A hostPath's namespace is privileged already.
  expect(restore.restrictedRestorePod(job, settings)).toBeNull();
});

test('an operator restores as the user that made the backup, and VolSync deletes what the snapshot lacks', () => {
  const claims = planned(contract('wiki', { service_security: { run_as_user: 1000 } })).job;
  const user = { runAsNonRoot: true, runAsUser: 1000 };
  expect(operators.replicationDestination(claims, 'wiki-data', null)).toMatchObject({
    spec: { restic: { enableFileDeletion: true, moverSecurityContext: user } },
  });
  expect(operators.k8upRestore(claims, 'wiki-data', 'abc')).toMatchObject({
    spec: { podSecurityContext: user },
  });
  const root = operators.k8upRestore(planned(contract('wiki')).job, 'wiki-data', 'abc');
  expect(root.spec).not.toHaveProperty('podSecurityContext');
});
