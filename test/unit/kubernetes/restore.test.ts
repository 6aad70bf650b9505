import { settingsOf } from '../../../src/runtimes/kubernetes/settings.js';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Pipeline } from '../../../src/model/guide.js';
import { kubernetesJobs } from '../../../src/runtimes/kubernetes/render/cluster.js';
import { orderK8upRestore } from '../../../src/runtimes/kubernetes/methods/k8up/restore.js';
import * as restore from '../../../src/runtimes/kubernetes/methods/restic/restore.js';
import * as workload from '../../../src/runtimes/kubernetes/render/workload.js';
import * as csi from '../../../src/runtimes/kubernetes/render/csi-snapshot.js';
import { shellWord } from '../../../src/template/encoders/shell-word.js';
import { objectsOf } from './objects.js';
import { contract, mixed, renderProject, type Json } from './project.js';

function planned(service: Json, kubernetes: Json = {}) {
  const { plan, policy, ...rendered } = renderProject([service], kubernetes);
  const settings = policy === null ? undefined : settingsOf(policy.runtimes);
  const [job] = plan === null ? [] : kubernetesJobs(plan);
  if (job === undefined || settings === undefined) throw new Error('nothing is planned');
  const volume = (name: string) => {
    const found = job.volumes.find((one) => one.volume === name);
    if (found === undefined) throw new Error(`no volume ${name}`);
    return found;
  };
  return { job, settings, volume, ...rendered };
}

const photos = planned(mixed('photos'));
const { job, settings } = photos;

/** The pod of a file in the tree. */
const podIn = (text: string) => {
  const [pod] = objectsOf(text);
  return pod as unknown as {
    readonly spec: Json & {
      readonly containers: readonly { volumeMounts: object[]; resources: object; securityContext: Json }[];
      readonly volumes: object[];
      readonly affinity: { podAffinity: object };
    };
  };
};

const IN_POD =
  'kubectl --namespace apps exec --stdin --tty stowage-lab-restore-photos -- sh /etc/stowage/restore.sh';

test('a volume is restored to where its snapshot has it, and nothing is deleted on the way', () => {
  const path = '/backup/photos/media';
  const filter = `--host=photos --tag=service:photos --path=${path}`;
  const media = photos.volume('media');
  const shown = (command: readonly string[]) => command.join(' ');
  expect(shown(restore.restoreInPlace(job, settings, media, true))).toBe(
    `${IN_POD} latest ${path} ${path} ${filter} --dry-run --verbose=2`,
  );
  expect(shown(restore.restoreInPlace(job, settings, media, false))).toBe(
    `${IN_POD} latest ${path} ${path} ${filter} --verify`,
  );
  expect(restore.restoreAside(job, settings, media).map(shown)).toEqual([
    `${IN_POD} latest ${path} /aside ${filter} --verify`,
    `kubectl --namespace apps cp stowage-lab-restore-photos:/aside${path} ./photos-media`,
  ]);
  for (const action of ['--preview', '--apply'] as const) {
    expect(shown(restore.deleteExtraInPlace(job, settings, media, action))).toBe(
      `${IN_POD} delete-extra ${action} latest ${path} ${path} ${filter}`,
    );
  }
  expect(photos.text('runbooks/photos.md')).not.toMatch(/restore.* --delete(?![-\w])/);
});

test('what backups leave out is told to the step that deletes', () => {
  const kept = planned(
    mixed('photos', { backup: { exclude: ['**/cache/**'], volumes: { media: { exclude: ['/raw'] } } } }),
  );
  const command = restore.deleteExtraInPlace(kept.job, kept.settings, kept.volume('media'), '--apply');
  expect(command.slice(-2)).toEqual(['--exclude=**/cache/**', '--exclude=/backup/photos/media/raw']);
});

test('of a hostPath that every node has, the newest snapshot is that of the pod’s own node', () => {
  const scheduled = planned(mixed('photos'), { host_path_mode: 'daemonset', tolerations: [] });
  const of = (name: string) =>
    restore.restoreInPlace(scheduled.job, scheduled.settings, scheduled.volume(name), false).join(' ');
  expect(of('media')).toContain('restore.sh --this-node latest ');
  expect(of('media')).toContain('--tag=service:photos,part:hostpath ');
  // A claim is one, whatever node it is on.
  expect(of('data')).toContain('restore.sh latest ');
  expect(of('data')).toContain('--tag=service:photos ');
});

describe('the pod for restoring', () => {
  const pod = podIn(photos.text('kubernetes/apps/restore/photos.yaml'));

  test('is a file that no kustomization applies', () => {
    const kustomizations = photos.paths.filter((name) => name.endsWith('kustomization.yaml'));
    expect(kustomizations.length).toBeGreaterThan(0);
    for (const name of kustomizations) expect(photos.text(name)).not.toContain('restore/');
  });

  test('tolerates no taint, lives for a day, and asks for what a quota wants to be asked for', () => {
    expect(pod.spec).not.toHaveProperty('tolerations');
    expect(pod.spec).toMatchObject({ activeDeadlineSeconds: 86400, terminationGracePeriodSeconds: 120 });
    expect(photos.text('runbooks/photos.md')).toContain('lives for a day');
    expect(pod.spec.containers[0]?.resources).toEqual({
      requests: { cpu: '100m', memory: '256Mi' },
      limits: { memory: '2Gi' },
    });
  });

  test('mounts every volume writable, at the same place of its claim', () => {
    // Nothing is left of it after a disaster: then there is a folder to restore into.
    expect(pod.spec.volumes).toContainEqual({
      name: 'path-media',
      hostPath: { path: '/srv/photos/media', type: 'DirectoryOrCreate' },
    });
    expect(pod.spec.containers[0]?.volumeMounts).toEqual(
      expect.arrayContaining([
        { name: 'claim-photos-data', mountPath: '/backup/photos/data', subPath: 'sub dir', readOnly: false },
        { name: 'path-media', mountPath: '/backup/photos/media', readOnly: false },
      ]),
    );
    // The hostPath is on the workload's node and on no other.
    expect(Object.keys(pod.spec.affinity.podAffinity)).toEqual([
      'requiredDuringSchedulingIgnoredDuringExecution',
    ]);
  });
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
  const [, patch = []] = csi.claimFromSnapshot(job, 'photos-data');
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
          name: csi.volumeSnapshotName(job, 'photos-data'),
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
    const type = (pipelines: readonly Pipeline[]) => {
      const lines = pipelines.map((one) => one.map((words) => words.map(shellWord).join(' ')).join(' | '));
      const env = { PATH: `${folder}:${process.env.PATH ?? ''}` };
      const { stderr } = spawnSync('sh', ['-c', lines.join('\n')], { env, encoding: 'utf8' });
      return { replicas: readFileSync(path.join(folder, 'replicas'), 'utf8'), stderr };
    };
    expect(type(workload.stopWorkload(job))).toEqual({ replicas: '0', stderr: '' });
    expect(type(workload.stopWorkload(job)).replicas).toBe('0');
    expect(type(workload.startWorkload(job))).toEqual({ replicas: '3', stderr: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the pod for restoring is root with what the baseline level allows, and the user where that is refused', () => {
  // Pod Security Standards, "Baseline": these, among others, may be added.
  const baseline = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETGID', 'SETUID'];
  const claims = planned(contract('wiki', { service_security: { run_as_user: 1000 } }));
  const root = podIn(claims.text('kubernetes/apps/restore/wiki.yaml'));
  const { add } = root.spec.containers[0]?.securityContext.capabilities as { add: string[] };
  expect(add.filter((capability) => !baseline.includes(capability))).toEqual([]);
  expect(JSON.stringify(root.spec.volumes)).not.toContain('hostPath');
  const user = podIn(claims.text('kubernetes/apps/restore/restricted/wiki.yaml'));
  expect(user.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
  expect(user.spec.containers[0]?.securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  });
  expect(user.spec.containers[0]?.securityContext.capabilities).not.toHaveProperty('add');
  // A hostPath's namespace is privileged already.
  expect(photos.paths.filter((name) => name.includes('/restricted/'))).toEqual([]);
});

test('a claim that is gone is made again as the contract declares it, and not where it does not', () => {
  const claim = (more: Json) => {
    const rendered = planned(contract('wiki', more));
    const [path] = rendered.paths.filter((name) => name.includes('/claims/'));
    return path === undefined ? null : objectsOf(rendered.text(path));
  };
  const spec = (size: string, more: Json = {}) => [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'wiki-data', namespace: 'apps' },
      spec: { accessModes: ['ReadWriteOnce'], ...more, resources: { requests: { storage: size } } },
    },
  ];
  expect(claim({})).toBeNull();
  expect(claim({ service_storage_gb: 20 })).toEqual(spec('20Gi'));
  expect(
    claim({ kubernetes: { pvc: { name: 'wiki-data', size: '5Gi', storageClassName: 'fast' } } }),
  ).toEqual(spec('5Gi', { storageClassName: 'fast' }));
  expect(claim({ service_volumes: [{ name: 'data', target: '/data', size: 'big $(x)' }] })).toBeNull();
});

test('where root is refused, a new claim is first given to the user by the workload', () => {
  const page = (more: Json) =>
    planned(contract('wiki', { service_storage_gb: 20, ...more })).text('runbooks/wiki.md');
  const said = 'let the workload start with the new claim before you restore';
  expect(page({ service_security: { run_as_user: 1000 } })).toContain(said);
  expect(page({})).not.toContain(said);
});

describe('the workload', () => {
  const claim = (name: string, more: Json = {}) => ({
    backup: { volumes: { data: { claim: name } }, ...more },
  });
  const kubernetes = (workload: Json) => ({ kubernetes: { workload } });
  test.each([
    ['the live adapter’s', contract('wiki'), 'deployment/wiki'],
    ['a StatefulSet by its claim', contract('wiki', claim('data-wiki-0')), 'statefulset/wiki'],
    [
      'what the contract says',
      contract('wiki', claim('x', kubernetes({ kind: 'Deployment', name: 'w' }))),
      'deployment/w',
    ],
    ['a claim that anything may use', contract('wiki', claim('shared')), null],
    ['a name that nothing can have', contract('wiki', { service_name: 'Wiki', ...claim('wiki-data') }), null],
  ])('is %s', (_what, service, expected) => {
    const made = planned(service);
    expect(workload.workloadOf(made.job)).toBe(expected);
    const page = made.text('runbooks/wiki.md');
    // A kind that is not known is never typed.
    expect(page.includes('### Find out what runs the service')).toBe(expected === null);
    expect(page.includes('WORKLOAD')).toBe(expected === null);
    if (expected === null) expect(page).not.toMatch(/(?:deployment|statefulset)\/wiki/i);
    // A StatefulSet may delete its claims with its pods.
    expect(page.includes('whenScaled')).toBe(expected === null || expected.startsWith('statefulset'));
  });

  /** What kubectl would print of these pods. */
  const listed = (pods: Record<string, readonly string[]>) =>
    Object.entries(pods)
      .map(([name, volumes]) => `${[name, ...volumes].join('\t')}\n`)
      .join('');
  test.each([
    ['nobody', {}, 0, ''],
    [
      'ours alone',
      {
        'stowage-lab-restore-photos': ['claim photos-data', 'path /srv/photos/media'],
        'stowage-lab-hostpath-utc-bb878276-x': ['claim ', 'path /srv/photos/media'],
        'wiki-1': ['claim wiki-data', 'path /srv/photos/media2'],
      },
      0,
      '',
    ],
    [
      'a pod with the claim',
      { 'wiki-1': ['claim photos-data', 'path '] },
      1,
      'wiki-1 uses claim photos-data\n',
    ],
    [
      'a pod with a folder in it',
      { x: ['claim ', 'path /srv/photos/media/a'] },
      1,
      'x uses path /srv/photos/media/a\n',
    ],
    ['a pod with a folder above', { x: ['claim ', 'path /srv/photos'] }, 1, 'x uses path /srv/photos\n'],
  ])('is known to stand still when %s uses the data', (_who, pods, status, said) => {
    const [, [program = '', ...args] = []] = workload.checkUnused(job);
    const found = spawnSync(program, args, { input: listed(pods), encoding: 'utf8' });
    expect({ status: found.status, said: found.stdout, stderr: found.stderr }).toEqual({
      status,
      said,
      stderr: '',
    });
  });

  test.each([
    ['Delete', 1],
    ['Retain', 0],
    ['', 0],
  ])('that answers whenScaled %s stops the page with %d', (answer, status) => {
    const [, [program = '', ...args] = []] = workload.keepsClaims(job);
    expect(spawnSync(program, args, { input: answer }).status).toBe(status);
  });
});

describe('an operator is told to restore by a file', () => {
  const order = (method: string, more: Json = {}) => {
    const wiki = planned(contract('wiki', more), { method });
    const [object] = objectsOf(wiki.text('kubernetes/apps/restore/orders/wiki/wiki-data.yaml'));
    expect(wiki.paths.filter((name) => name.includes('/restore/'))).toHaveLength(1);
    expect(wiki.text('kubernetes/apps/kustomization.yaml')).not.toContain('restore/');
    expect(wiki.text('runbooks/wiki.md')).toContain(
      '--filename=kubernetes/apps/restore/orders/wiki/wiki-data.yaml',
    );
    return object?.spec as Json;
  };
  const asUser = { service_security: { run_as_user: 1000 } };
  const user = { runAsNonRoot: true, runAsUser: 1000 };

  test('VolSync as the user that made the backup, and it deletes nothing', () => {
    expect(order('volsync', asUser)).toMatchObject({
      restic: { destinationPVC: 'wiki-data', moverSecurityContext: user },
    });
    expect(JSON.stringify(order('volsync'))).not.toMatch(/enableFileDeletion|moverSecurityContext/);
  });

  test('K8up as that user, from the snapshot that the page puts into it', () => {
    expect(order('k8up', asUser)).toMatchObject({ snapshot: 'SNAPSHOT', podSecurityContext: user });
    expect(order('k8up')).not.toHaveProperty('podSecurityContext');
    const wiki = planned(contract('wiki'), { method: 'k8up' });
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'stowage-order-')), 'order.yaml');
    writeFileSync(file, wiki.text('kubernetes/apps/restore/orders/wiki/wiki-data.yaml'));
    const [[program = '', ...words] = []] = orderK8upRestore(wiki.job, 'wiki-data');
    const typed = words.map((word) =>
      word.startsWith('--filename=') ? `--filename=${file}` : word.replace('SNAPSHOT', 'abc'),
    );
    const { stdout, stderr } = spawnSync(program, typed, { encoding: 'utf8' });
    rmSync(path.dirname(file), { recursive: true });
    expect({ objects: objectsOf(stdout), stderr }).toMatchObject({
      objects: [{ kind: 'Restore', spec: { snapshot: 'abc', tags: ['k8up:wiki'] } }],
      stderr: '',
    });
  });
});

test('a CSI snapshot is a file too, where the policy names a class', () => {
  const fast = planned(mixed('photos'), { volume_snapshot_class: 'fast' });
  const file = 'kubernetes/apps/restore/snapshots/photos/photos-data.yaml';
  expect(objectsOf(fast.text(file))).toMatchObject([
    { kind: 'VolumeSnapshot', spec: { source: { persistentVolumeClaimName: 'photos-data' } } },
  ]);
  expect(fast.text('runbooks/photos.md')).toContain(`kubectl apply --filename=${file}`);
});
