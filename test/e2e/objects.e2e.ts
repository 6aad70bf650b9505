import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Fields } from '../unit/kubernetes/objects.js';
import { nameOf } from './lib/kubelet.js';
import { kubernetesOf, kustomize } from './lib/kubernetes.js';
import { find, namespaceOf, podOf, treeOf } from './lib/told.js';

const objectsOf = async (folder: string): Promise<Fields[]> =>
  kustomize((await kubernetesOf('kubernetes-trixie')).kubectl, folder);

const HOUR = 3600;
/** What a backup may take: `timeout`, after `retry_lock`. In seconds. */
const JOB = (3 + 1) * HOUR;

function isOurs({ kind }: Fields): boolean {
  return kind === 'CronJob' || kind === 'DaemonSet';
}

/** `not-empty:/backup/x` and `--tag=y` of a container, whatever stands between them. */
function argumentsOf(object: Fields): string[] {
  return (podOf(object).spec.containers[0]?.args ?? []) as string[];
}

/**
 * What only a cluster acts upon: times, deadlines, nodes, accounts and networks, which Podman cannot play. Each is said
 * here once more, from the policy and the facts of the Kubernetes manual alone, so that an object that the API server would
 * take but that loses data or never runs is seen.
 */
describe('what a cluster is told', () => {
  let objects: Fields[];

  beforeAll(async () => {
    objects = await objectsOf(await treeOf({}));
  });

  test('is every object, and no other', () => {
    const names = objects.map((one) => {
      const name = nameOf(one).replace(/-[0-9a-f]{8}(?=-|$)/, '-HASH');
      return [
        one.kind,
        namespaceOf(one),
        name.replace(/^(stowage-cluster-forget-main)-[0-9a-f]$/, '$1-SHARD'),
      ].join(' ');
    });
    expect(names.sort()).toEqual([
      'ConfigMap apps stowage-cluster-hostpath-europe-berlin-HASH-crontab',
      'ConfigMap apps stowage-cluster-hostpath-europe-berlin-HASH-jobs',
      'ConfigMap apps stowage-cluster-scripts',
      'ConfigMap backup stowage-cluster-forget-main-SHARD',
      'ConfigMap backup stowage-cluster-forget-main-SHARD',
      'ConfigMap backup stowage-cluster-forget-main-SHARD',
      'ConfigMap backup stowage-cluster-scripts',
      'ConfigMap mail stowage-cluster-scripts',
      'CronJob apps stowage-cluster-backup-notes',
      ...['check', 'forget', 'locks', 'prune'].map((verb) => `CronJob backup stowage-cluster-${verb}-main`),
      'CronJob mail stowage-cluster-backup-mail',
      'DaemonSet apps stowage-cluster-hostpath-europe-berlin-HASH',
      ...['apps', 'backup', 'mail'].map((namespace) => `NetworkPolicy ${namespace} stowage-cluster`),
      ...['apps', 'backup', 'mail'].map((namespace) => `ServiceAccount ${namespace} stowage-cluster`),
    ]);
  });

  test.each([
    ['stowage-cluster-backup-mail', '15 0 * * *', 'Europe/Berlin', JOB],
    ['stowage-cluster-backup-notes', '15 0 * * *', 'Europe/Berlin', JOB],
    ['stowage-cluster-forget-main', '15 4 * * *', 'UTC', 24 * HOUR],
    ['stowage-cluster-prune-main', '45 4 * * 0', 'UTC', 24 * HOUR],
    ['stowage-cluster-check-main', '45 5 * * 0', 'UTC', 24 * HOUR],
  ])(
    '%s runs when the policy says, one at a time, and ends some day',
    (name, schedule, timeZone, deadline) => {
      const { spec } = find(objects, 'CronJob', name);
      expect(spec).toMatchObject({
        ...{ schedule, timeZone, startingDeadlineSeconds: 6 * HOUR, concurrencyPolicy: 'Forbid' },
        ...{ failedJobsHistoryLimit: 3, successfulJobsHistoryLimit: 3 },
        jobTemplate: {
          spec: {
            ...{ backoffLimit: 1, activeDeadlineSeconds: deadline },
            template: { spec: { restartPolicy: 'Never' } },
          },
        },
      });
      expect(spec).not.toHaveProperty('suspend');
    },
  );

  test('locks are looked at four times an hour, by one at a time', () => {
    expect(find(objects, 'CronJob', 'stowage-cluster-locks-main').spec).toMatchObject({
      ...{ schedule: '7,22,37,52 * * * *', timeZone: 'UTC', concurrencyPolicy: 'Forbid' },
      ...{ startingDeadlineSeconds: HOUR, jobTemplate: { spec: { activeDeadlineSeconds: 24 * HOUR } } },
    });
  });

  test('every object, Job and pod says whose it is', () => {
    const ours = {
      'app.kubernetes.io/managed-by': 'stowage',
      'app.kubernetes.io/part-of': 'stowage-cluster',
    };
    for (const object of objects) expect(object).toMatchObject({ metadata: { labels: ours } });
    for (const object of objects.filter(isOurs)) {
      expect(podOf(object).metadata.labels).toMatchObject(ours);
      const { jobTemplate } = object.spec as { jobTemplate?: unknown };
      if (jobTemplate !== undefined) expect(jobTemplate).toMatchObject({ metadata: { labels: ours } });
    }
  });

  test('every pod is as little as it can be, stops in order and leaves the owners of files alone', () => {
    for (const object of objects.filter(isOurs)) {
      const { spec } = podOf(object);
      const name = nameOf(object);
      expect({ name, ...spec }).toMatchObject({
        name,
        ...{
          serviceAccountName: 'stowage-cluster',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
        },
        terminationGracePeriodSeconds: 120,
        securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            ...{ name: 'restic', image: 'ghcr.io/restic/restic:0.19.1' },
            resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '2Gi' } },
            securityContext: {
              ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      });
      for (const far of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers'])
        expect(spec).not.toHaveProperty(far);
      expect(spec.securityContext).not.toHaveProperty('fsGroup');
      expect(spec.containers[0]?.securityContext).not.toHaveProperty('privileged');
    }
  });

  test.each([
    ['CronJob', 'stowage-cluster-backup-mail', { runAsUser: 0, runAsGroup: 0 }, ['DAC_READ_SEARCH']],
    [
      'CronJob',
      'stowage-cluster-backup-notes',
      { runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true },
      undefined,
    ],
    ['CronJob', 'stowage-cluster-forget-main', { runAsNonRoot: true }, undefined],
    ['CronJob', 'stowage-cluster-prune-main', { runAsNonRoot: true }, undefined],
    ['CronJob', 'stowage-cluster-check-main', { runAsNonRoot: true }, undefined],
    [
      'DaemonSet',
      /^stowage-cluster-hostpath-/,
      { runAsUser: 0, runAsGroup: 0 },
      ['DAC_READ_SEARCH', 'SETGID'],
    ],
  ])('%s %s is who its files need', (kind, name, user, capabilities) => {
    const { spec } = podOf(find(objects, kind, name));
    expect(spec.securityContext).toMatchObject(user);
    const context = spec.containers[0]?.securityContext as { capabilities: { add?: string[] } };
    expect(context.capabilities.add).toEqual(capabilities);
  });

  test('every pod writes to folders of its own only, and reads what the policy says', () => {
    const read = (object: Fields) => {
      const { containers, volumes } = podOf(object).spec;
      return (containers[0]?.volumeMounts ?? []).map(({ name, mountPath, subPath, readOnly }) => {
        const from = Object.entries(volumes.find((volume) => volume.name === name) ?? {}).filter(
          ([key]) => key !== 'name',
        );
        const way = readOnly === true ? 'read' : 'write';
        return {
          place: String(mountPath),
          way,
          from: Object.fromEntries(from),
          ...(subPath === undefined ? {} : { subPath }),
        };
      });
    };
    for (const object of objects.filter(isOurs)) {
      for (const { place, way, from } of read(object)) {
        expect([place, way]).toEqual([place, 'emptyDir' in from ? 'write' : 'read']);
      }
    }
    const sources = (kind: string, name: RegExp | string) =>
      read(find(objects, kind, name)).filter(({ place }) => place.startsWith('/backup'));
    const claim = (claimName: string) => ({ persistentVolumeClaim: { claimName } });
    expect(sources('CronJob', 'stowage-cluster-backup-mail')).toEqual([
      { place: '/backup/mail/boxes', way: 'read', from: claim('mail-boxes') },
      { place: '/backup/mail/queue', way: 'read', from: claim('mail-queue') },
    ]);
    expect(sources('CronJob', 'stowage-cluster-backup-notes')).toEqual([
      { place: '/backup/notes/data', way: 'read', from: claim('notes-storage'), subPath: 'data' },
    ]);
    // Its job looks whether it is there, so that one that is missing stops no other service.
    const hostPath = { path: '/srv/camera/recordings' };
    expect(sources('DaemonSet', /^stowage-cluster-hostpath-/)).toEqual([
      { place: '/backup/camera/recordings', way: 'read', from: { hostPath } },
    ]);
  });

  test('what restic is told names the service, what is left out, and waits for a lock', () => {
    expect(argumentsOf(find(objects, 'CronJob', 'stowage-cluster-backup-mail'))).toEqual([
      ...[
        'not-empty:/backup/mail/boxes',
        'may-be-empty:/backup/mail/queue',
        '--host=mail',
        '--tag=service:mail',
      ],
      ...['--retry-lock=60m', '--volume=50:/backup/mail/boxes', '--volume=50:/backup/mail/queue'],
      expect.stringMatching(/^--accept=restic backup .* --tag accepted:SNAPSHOT /),
      expect.stringMatching(/^--take-over=kubectl /),
      '--machine=kubernetes/mail',
      ...['--', '--group-by=host,tags', '--exclude=**/*.tmp', '/backup/mail/boxes', '/backup/mail/queue'],
    ]);
    const jobs = find(objects, 'ConfigMap', /^stowage-cluster-hostpath-.*-jobs$/) as {
      data?: Record<string, string>;
    };
    const words = (jobs.data?.['camera.sh'] ?? '').replaceAll(/[\\\n"' ]+/g, ' ');
    expect(words).toContain(
      ' --state=/state/jobs/camera -- --group-by=host,tags --exclude=**/*.tmp /backup/camera/recordings',
    );
    expect(words).toContain(`hostpath-job.sh camera ${JOB} /etc/stowage-credentials/main rest:http://`);
    for (const verb of ['prune', 'check']) {
      const { containers } = podOf(find(objects, 'CronJob', `stowage-cluster-${verb}-main`)).spec;
      const scripts = (find(
        objects.filter((one) => namespaceOf(one) === 'backup'),
        'ConfigMap',
        'stowage-cluster-scripts',
      ).data ?? {}) as Record<string, string>;
      const said = [
        JSON.stringify(containers[0]),
        verb === 'check' ? scripts['check-repository.sh'] : '',
      ].join('\n');
      expect(said).toMatch(/--retry-lock[ =]2h/);
    }
  });

  test('every pod gets the credentials of its repository, and the address of the policy', () => {
    for (const object of objects.filter(({ kind }) => kind === 'CronJob')) {
      expect(podOf(object).spec.containers[0]).toMatchObject({
        envFrom: [{ secretRef: { name: 'restic-main' } }],
        env: expect.arrayContaining([
          { name: 'RESTIC_REPOSITORY', value: 'rest:http://rest-server.backup.svc:8000/cluster' },
          { name: 'RESTIC_CACHE_DIR', value: '/cache' },
          { name: 'TMPDIR', value: '/tmp' },
        ]),
      });
    }
    expect(podOf(find(objects, 'DaemonSet', /^stowage-cluster-hostpath-/)).spec.volumes).toContainEqual(
      expect.objectContaining({ secret: { secretName: 'restic-main', defaultMode: 0o444 } }),
    );
  });

  test.each(['mail', 'notes'])('the backup of %s waits for a node that has its volumes', (app) => {
    expect(podOf(find(objects, 'CronJob', `stowage-cluster-backup-${app}`)).spec.affinity).toEqual({
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } },
        ],
      },
    });
  });

  test('the scheduler runs on the nodes of the policy, in its time zone, and says when it does not', () => {
    const scheduler = find(objects, 'DaemonSet', /^stowage-cluster-hostpath-/);
    const { metadata, spec } = podOf(scheduler);
    const { selector } = scheduler.spec as { selector: { matchLabels: Fields } };
    expect(metadata.labels).toMatchObject(selector.matchLabels);
    expect(spec.nodeSelector).toMatchObject({ 'example.home/cameras': 'true' });
    const every = { periodSeconds: 60, timeoutSeconds: 10 };
    const probe = (...words: string[]) => ({
      exec: { command: ['/bin/sh', '/etc/stowage/hostpath-probe.sh', ...words] },
    });
    expect(spec.containers[0]).toMatchObject({
      env: expect.arrayContaining([
        { name: 'TZ', value: 'Europe/Berlin' },
        { name: 'RESTIC_CACHE_DIR', value: '/cache' },
        { name: 'TMPDIR', value: '/tmp' },
        { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      ]),
      livenessProbe: { ...every, failureThreshold: 3, ...probe('live') },
      // Half an hour between two runs, what one may take, and an hour for good measure.
      readinessProbe: { ...every, ...probe('ready', `camera=${30 + JOB / 60 + 60}`) },
    });
    const crontab = find(objects, 'ConfigMap', /-crontab$/) as { data?: { root?: string } };
    expect(crontab.data?.root?.split('\n')).toEqual([
      '* * * * * touch /state/heartbeat',
      '0,30 * * * * /bin/sh /etc/stowage-jobs/camera.sh >/proc/1/fd/1 2>&1',
      '',
    ]);
  });

  test('no pod can be reached, and each reaches names and the repository only', () => {
    for (const object of objects.filter(isOurs)) {
      const near = objects.filter((one) => namespaceOf(one) === namespaceOf(object));
      const { spec } = find(near, 'NetworkPolicy', 'stowage-cluster') as {
        spec: Fields & { podSelector: Fields };
      };
      expect(podOf(object).metadata.labels).toMatchObject(spec.podSelector.matchLabels as Fields);
      expect(spec).toEqual({
        podSelector: spec.podSelector,
        policyTypes: ['Ingress', 'Egress'],
        egress: [
          {
            ports: [
              ...[53, 5353, 8053].map((port) => ({ protocol: 'UDP', port })),
              ...[53, 5353, 8053].map((port) => ({ protocol: 'TCP', port })),
            ],
          },
          { ports: [{ protocol: 'TCP', port: 8000 }] },
        ],
      });
      expect(find(near, 'ServiceAccount', 'stowage-cluster')).toMatchObject({
        automountServiceAccountToken: false,
      });
    }
  });

  test('a folder of a node may be a CronJob too, which then goes where the workload is', async () => {
    const cronJobs = { 'host_path_mode: daemonset #': 'host_path_mode: cronjob\n    affinity: preferred #' };
    const others = await objectsOf(await treeOf(cronJobs));
    expect(others.some(({ kind }) => kind === 'DaemonSet')).toBe(false);
    const camera = find(others, 'CronJob', 'stowage-cluster-backup-camera');
    // The controller gives up on a job that misses more than a hundred starts in this time.
    expect(camera.spec).toMatchObject({ schedule: '0,30 * * * *', startingDeadlineSeconds: HOUR });
    const term = (app: string) => ({
      topologyKey: 'kubernetes.io/hostname',
      labelSelector: { matchLabels: { app } },
    });
    expect(podOf(camera).spec.affinity).toEqual({
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('camera')] },
    });
    expect(podOf(find(others, 'CronJob', 'stowage-cluster-backup-mail')).spec.affinity).toEqual({
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term('mail') }],
      },
    });
  });
});
