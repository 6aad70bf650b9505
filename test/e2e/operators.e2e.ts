import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Fields } from '../unit/kubernetes/objects.js';
import { nameOf } from './lib/kubelet.js';
import { kubernetesOf, kustomize } from './lib/kubernetes.js';
import { find, namespaceOf, podOf, treeOf } from './lib/told.js';

const objectsOf = async (folder: string): Promise<Fields[]> =>
  kustomize((await kubernetesOf('kubernetes-trixie')).kubectl, folder);

/** Operators run in no machine of ours: what they are told is said here once more, from the policy and their manuals. */
describe('what an operator is told', () => {
  const tree = (method: string) =>
    treeOf(
      {
        'services: ["*"]': 'services: [mail, notes]',
        'host_path_mode: daemonset #': `method: ${method}
    volume_snapshot_class: fast
    external_secret: { store: vault, store_kind: SecretStore, key_prefix: "backup/" } #`,
      },
      // No operator looks whether a volume is empty.
      { 'services/mail/contract.yml': { ', allow_empty: true }': ' }' } },
    );
  const retention = { daily: 7, weekly: 5, monthly: 12 };
  const secret = (key: string) => ({ name: 'restic-main', key });
  const user = { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000 };

  /** What the component of a service makes of the objects of its workload. */
  async function withComponent(
    folder: string,
    place: string,
    workload: readonly Fields[],
  ): Promise<Fields[]> {
    const files = {
      'kustomization.yaml': { resources: ['workload.yaml'], components: [`../../${place}`] },
      'workload.yaml': { apiVersion: 'v1', kind: 'List', items: workload },
    };
    const own = path.join(folder, 'own', path.basename(place));
    mkdirSync(own, { recursive: true });
    for (const [name, content] of Object.entries(files))
      writeFileSync(path.join(own, name), JSON.stringify(content));
    return objectsOf(own);
  }

  test.each([
    ['velero', false],
    ['velero\n    snapshot: csi', true],
  ])('%s: the whole workload, for as long as anything is kept', async (method, csi) => {
    const objects = await objectsOf(await tree(method));
    const schedule = find(objects, 'Schedule', 'stowage-cluster-backup-mail');
    expect(namespaceOf(schedule)).toBe('velero');
    const { ttl } = (schedule.spec as { template: { ttl: string } }).template;
    expect(Number(/^(\d+)h0m0s$/.exec(ttl)?.[1])).toBeGreaterThanOrEqual(retention.monthly * 31 * 24);
    expect(schedule.spec).toEqual({
      schedule: 'CRON_TZ=Europe/Berlin 15 0 * * *',
      useOwnerReferencesInBackup: false,
      template: {
        ...{ includedNamespaces: ['mail'], labelSelector: { matchLabels: { app: 'mail' } }, ttl },
        ...{ defaultVolumesToFsBackup: false, snapshotVolumes: csi, snapshotMoveData: csi },
      },
    });
  });

  test('velero: the pods name the volumes whose files it has to read', async () => {
    const workload = (name: string) => ({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'mail' } },
      spec: { template: { metadata: { labels: { app: name } } } },
    });
    const patched = await withComponent(await tree('velero'), 'mail/workloads/mail', [
      workload('mail'),
      workload('other'),
    ]);
    expect(patched.map((one) => [nameOf(one), podOf(one).metadata])).toEqual([
      [
        'mail',
        { labels: { app: 'mail' }, annotations: { 'backup.velero.io/backup-volumes': 'boxes,queue' } },
      ],
      ['other', { labels: { app: 'other' } }],
    ]);
  });

  test('volsync: each claim from a snapshot into a repository of its own', async () => {
    const objects = await objectsOf(await tree('volsync'));
    for (const [namespace, claim, mover] of [
      ['mail', 'mail-boxes', {}],
      ['mail', 'mail-queue', {}],
      [
        'apps',
        'notes-storage',
        { moverSecurityContext: { ...user, seccompProfile: { type: 'RuntimeDefault' } } },
      ],
    ] as const) {
      const source = find(objects, 'ReplicationSource', `stowage-cluster-backup-${claim}`);
      const repository = `stowage-cluster-secret-${claim}`;
      expect([namespaceOf(source), source.spec]).toEqual([
        namespace,
        {
          ...{ sourcePVC: claim, trigger: { schedule: '15 22 * * *' } },
          restic: {
            ...{ repository, copyMethod: 'Snapshot', volumeSnapshotClassName: 'fast', pruneIntervalDays: 7 },
            ...{ retain: retention, ...mover },
          },
        },
      ]);
      const url = `rest:http://rest-server.backup.svc:8000/cluster/volsync/${namespace}/${claim}`;
      expect(find(objects, 'ExternalSecret', repository).spec).toMatchObject({
        target: { name: repository, template: { mergePolicy: 'Merge', data: { RESTIC_REPOSITORY: url } } },
        dataFrom: [{ extract: { key: 'backup/restic-main' } }],
      });
    }
  });

  test('k8up: the claims of the service, which are marked for it, and a retention of theirs alone', async () => {
    const folder = await tree('k8up');
    const objects = await objectsOf(folder);
    const schedule = find(objects, 'Schedule', 'stowage-cluster-backup-notes');
    expect([namespaceOf(schedule), schedule.spec]).toEqual([
      'apps',
      {
        backend: {
          repoPasswordSecretRef: secret('RESTIC_PASSWORD'),
          rest: {
            url: 'http://rest-server.backup.svc:8000/cluster',
            userSecretRef: secret('RESTIC_REST_USERNAME'),
            passwordSecretReg: secret('RESTIC_REST_PASSWORD'),
          },
        },
        podSecurityContext: { ...user, seccompProfile: { type: 'RuntimeDefault' } },
        ...{ failedJobsHistoryLimit: 3, successfulJobsHistoryLimit: 3 },
        backup: {
          ...{
            schedule: 'CRON_TZ=Europe/Berlin 15 0 * * *',
            activeDeadlineSeconds: 3 * 3600,
            tags: ['k8up:notes'],
          },
          labelSelectors: [{ matchLabels: { 'stowage-cluster-service': 'notes' } }],
        },
        check: { schedule: '45 7 * * 0' },
        prune: {
          schedule: '45 2 * * 0',
          retention: { keepDaily: 7, keepWeekly: 5, keepMonthly: 12, tags: ['k8up:notes'] },
        },
      },
    ]);
    const claim = (name: string) => ({
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'mail' } },
    });
    const claims = ['mail-boxes', 'mail-other', 'mail-queue'].map(claim);
    const patched = await withComponent(folder, 'mail/workloads/mail', claims);
    expect(patched.map((one) => (one.metadata as { labels?: unknown }).labels)).toEqual([
      { 'stowage-cluster-service': 'mail' },
      undefined,
      { 'stowage-cluster-service': 'mail' },
    ]);
    expect(
      find(
        objects.filter((one) => namespaceOf(one) === 'mail'),
        'ExternalSecret',
        'restic-main',
      ).spec,
    ).toEqual({
      ...{ refreshInterval: '1h', secretStoreRef: { kind: 'SecretStore', name: 'vault' } },
      target: { name: 'restic-main', creationPolicy: 'Owner' },
      dataFrom: [{ extract: { key: 'backup/restic-main' } }],
    });
  });
});
