import { describe, expect, test } from '@jest/globals';
import { containerText, objectName, serviceFile } from '../../../src/names/objects.js';
import { repositoryPort } from '../../../src/runtimes/kubernetes/render/ports.js';
import { longestGap, plainCron, startingDeadline } from '../../../src/runtimes/kubernetes/render/timing.js';
import { cronJob, podOf, type CronJob, type PodSpec } from './cron-job.js';
import { objectsOf, type Fields } from './objects.js';
import { contract, mixed, renderProject } from './project.js';

describe('the job', () => {
  test('sees claims and hostPaths read-only at their snapshot paths', () => {
    const pod = podOf(cronJob(mixed('photos')));
    const [{ volumeMounts }] = pod.containers;
    expect(volumeMounts.filter(({ mountPath }) => String(mountPath).startsWith('/backup'))).toEqual([
      { name: 'claim-photos-data', mountPath: '/backup/photos/data', subPath: 'sub dir', readOnly: true },
      { name: 'path-media', mountPath: '/backup/photos/media', readOnly: true },
    ]);
    expect(pod.volumes).toEqual(
      expect.arrayContaining([
        { name: 'claim-photos-data', persistentVolumeClaim: { claimName: 'photos-data' } },
        { name: 'path-media', hostPath: { path: '/srv/photos/media', type: 'Directory' } },
      ]),
    );
  });

  test.each([
    ['File', 'File'],
    ['FileOrCreate', 'File'],
    ['DirectoryOrCreate', 'Directory'],
    [undefined, 'Directory'],
  ])('mounts a hostPath of type %s as %s, because the kubelet refuses the wrong one', (declared, type) => {
    const bind = {
      name: 'data',
      target: '/etc/app.conf',
      host_path: '/srv/app.conf',
      host_path_type: declared,
    };
    const service = contract('app', {
      service_volumes: [bind],
      mounts: { persistent_volumes: [{ name: 'data', path: '/etc/app.conf' }] },
    });
    expect(podOf(cronJob(service)).volumes).toContainEqual({
      name: 'path-data',
      hostPath: { path: '/srv/app.conf', type },
    });
  });

  test('runs at the planned time, once at a time, and ends', () => {
    const backup = { schedule: '30 2 * * *', timezone: 'Europe/Berlin', spread: '0m', timeout: '90m' };
    const { spec } = cronJob(contract('wiki', { backup }));
    expect(spec).toMatchObject({
      schedule: '30 2 * * *',
      timeZone: 'Europe/Berlin',
      concurrencyPolicy: 'Forbid',
      jobTemplate: { spec: { activeDeadlineSeconds: 9000 } },
    });
  });

  test('takes credentials from the Secret, and the address from the policy', () => {
    const [container] = podOf(cronJob(contract('wiki'))).containers;
    expect(container.envFrom).toEqual([{ secretRef: { name: 'restic-main' } }]);
    expect(container.env).toContainEqual({
      name: 'RESTIC_REPOSITORY',
      value: 'rest:http://backup:8000/main',
    });
  });

  test.each([
    [
      'a claim of a numeric user',
      contract('x', { service_security: { run_as_user: 1000 } }),
      1000,
      undefined,
    ],
    ['a claim of root', contract('x', { service_security: { run_as_user: 0 } }), 0, ['DAC_READ_SEARCH']],
    [
      'a claim of a named user',
      contract('x', { service_security: { run_as_user: 'app' } }),
      0,
      ['DAC_READ_SEARCH'],
    ],
    ['a hostPath', mixed('x'), 0, ['DAC_READ_SEARCH']],
  ])('has the least rights for %s', (_what, service, user, added) => {
    const pod = podOf(cronJob(service));
    expect(pod.securityContext).toMatchObject({
      runAsUser: user,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.securityContext).not.toHaveProperty('fsGroup');
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], ...(added === undefined ? {} : { add: added }) },
    });
  });

  test.each([
    ['required', contract('x'), 'requiredDuringSchedulingIgnoredDuringExecution'],
    ['preferred', contract('x'), 'preferredDuringSchedulingIgnoredDuringExecution'],
    ['preferred', mixed('x'), 'requiredDuringSchedulingIgnoredDuringExecution'],
  ])('follows the workload with affinity %s', (affinity, service, key) => {
    const pod = podOf(cronJob(service, { affinity }));
    expect(Object.keys(pod.affinity.podAffinity)).toEqual([key]);
    expect(pod.tolerations).toBeUndefined();
  });
});

test('a scheduler of hostPaths leaves the claims to their own job, and tags its snapshots apart', () => {
  const rendered = renderProject([mixed('photos')], {
    host_path_mode: 'daemonset',
    node_selector: { disk: 'big' },
  });
  const pod = podOf(objectsOf(rendered.text('kubernetes/apps/photos.yaml'))[0] as unknown as CronJob);
  expect(pod.containers[0].args.filter((arg) => arg.startsWith('/backup'))).toEqual(['/backup/photos/data']);
  expect(pod.containers[0].args).not.toContain('--tag=part:hostpath');
  const script = rendered.text('kubernetes/apps/hostpath/photos.sh');
  expect(script).toContain('--tag=part:hostpath');
  expect(script).toContain('"--tag=node:$NODE_NAME"');
  expect(script).not.toContain('/backup/photos/data');
  const path = rendered.paths.find((name) => /\/hostpath-utc-[0-9a-f]+\.yaml$/.test(name)) ?? '';
  const [map] = objectsOf(rendered.text(path.replace(/yaml$/, 'crontab.yaml'))) as unknown as [
    { data: { root: string } },
  ];
  const [set] = objectsOf(rendered.text(path)) as unknown as [
    { spec: { updateStrategy: Fields; template: { spec: PodSpec & { nodeSelector: Fields } } } },
  ];
  // No other node's failing backup keeps a node from its own.
  expect(set.spec.updateStrategy).toEqual({
    type: 'RollingUpdate',
    rollingUpdate: { maxUnavailable: '100%' },
  });
  // Without SETGID crond is healthy and runs no job at all; its crontab is the file of the user's name.
  expect(set.spec.template.spec.containers[0].securityContext).toMatchObject({
    capabilities: { add: ['DAC_READ_SEARCH', 'SETGID'] },
  });
  expect(set.spec.template.spec.nodeSelector).toMatchObject({ disk: 'big' });
  expect(map.data.root).toMatch(/^\* \* \* \* \* touch \/state\/heartbeat\n.* >\/proc\/1\/fd\/1 2>&1\n$/);
});

test('each node set has a scheduler of its own, with the hostPaths of its own services alone', () => {
  const { files } = renderProject(
    [mixed('archive'), mixed('photos'), mixed('video'), mixed('wiki')],
    { host_path_mode: 'daemonset', node_selector: { disk: 'big' } },
    {
      deployments: [
        { runtime: 'kubernetes', services: ['photos', 'archive'] },
        {
          runtime: 'kubernetes',
          services: ['video'],
          node_selector: { gpu: 'yes', 'example.org/rack': 'b' },
        },
        // Every node, and not those of the runtime.
        { runtime: 'kubernetes', services: ['wiki'], node_selector: {} },
      ],
    },
  );
  const sets = files
    .filter(({ path }) => /\/hostpath-.*\.yaml$/.test(path))
    .flatMap(({ content }) => objectsOf(content))
    .filter(({ kind }) => kind === 'DaemonSet') as unknown as {
    spec: { template: { spec: PodSpec & { nodeSelector: Fields } } };
  }[];
  const linux = { 'kubernetes.io/os': 'linux' };
  const found = sets.map(({ spec }) => [
    spec.template.spec.nodeSelector,
    spec.template.spec.volumes.flatMap(({ hostPath }) => (hostPath as Fields | undefined)?.path ?? []),
  ]);
  expect(found).toHaveLength(3);
  expect(found).toEqual(
    expect.arrayContaining([
      [{ ...linux, disk: 'big' }, ['/srv/archive/media', '/srv/photos/media']],
      [{ ...linux, gpu: 'yes', 'example.org/rack': 'b' }, ['/srv/video/media']],
      [linux, ['/srv/wiki/media']],
    ]),
  );
});

test('a hostPath that one node lacks stops its own service on that node, and no other', () => {
  const { files } = renderProject(
    [
      mixed('photos'),
      mixed('video'),
      mixed('notes', { backup: { volumes: { media: { allow_empty: true } } } }),
      contract('app', {
        service_volumes: [
          { name: 'data', target: '/etc/a', host_path: '/srv/a.conf', host_path_type: 'File' },
        ],
        mounts: { persistent_volumes: [{ name: 'data', path: '/etc/a' }] },
      }),
    ],
    { host_path_mode: 'daemonset', tolerations: [] },
  );
  const paths = files
    .filter(({ path }) => /\/hostpath-.*\.yaml$/.test(path))
    .flatMap(({ content }) => objectsOf(content))
    .filter(({ kind }) => kind === 'DaemonSet')
    .map((set) =>
      (set as unknown as { spec: { template: { spec: PodSpec } } }).spec.template.spec.volumes.flatMap(
        ({ hostPath }) => (hostPath === undefined ? [] : [hostPath]),
      ),
    );
  // What the source check finds missing is not asked for; what it cannot find missing has a pod of its own.
  expect(paths).toHaveLength(3);
  expect(paths).toEqual(
    expect.arrayContaining([
      [{ path: '/srv/photos/media' }, { path: '/srv/video/media' }],
      [{ path: '/srv/notes/media', type: 'Directory' }],
      [{ path: '/srv/a.conf', type: 'File' }],
    ]),
  );
});

test('Velero is told the names that the service gives its volumes, each once: it skips any other without an error', () => {
  const service = contract('wiki', {
    service_volumes: [{ name: 'storage', target: '/data' }],
    mounts: {
      persistent_volumes: [
        { name: 'pages', path: '/data/pages' },
        { name: 'uploads', path: '/data/uploads' },
      ],
    },
  });
  const rendered = renderProject([service], { method: 'velero' });
  expect(rendered.text('kubernetes/apps/workloads/wiki/kustomization.yaml')).toContain(
    '{"backup.velero.io/backup-volumes":"storage"}',
  );
});

test('pods may ask for names where the distributions’ DNS pods listen, over both protocols', () => {
  const objects = objectsOf(renderProject([contract('wiki')]).text('kubernetes/apps/network-policy.yaml'));
  const { spec } = objects.find(({ kind }) => kind === 'NetworkPolicy') as {
    spec: { egress: { ports: { protocol: string; port: number }[] }[] };
  };
  const [dns, repositories] = spec.egress;
  expect(dns?.ports.map(({ protocol, port }) => `${protocol} ${port}`).sort()).toEqual(
    ['53', '5353', '8053'].flatMap((port) => [`TCP ${port}`, `UDP ${port}`]).sort(),
  );
  expect(repositories?.ports).toEqual([{ protocol: 'TCP', port: 8000 }]);
});

test('nodes are named for Kubernetes alone', () => {
  const { diagnostics } = renderProject(
    [contract('x', { runtime_templates: { docker: 'd.j2' } })],
    {},
    { deployments: [{ runtime: 'docker', services: ['x'], node_selector: { disk: 'big' } }] },
  );
  expect(diagnostics.map(({ code }) => code)).toContain('STW209');
});

test('nodes are named where a job runs on each of them', () => {
  const deployments = [{ runtime: 'kubernetes', services: ['x'], node_selector: { disk: 'big' } }];
  const found = (mode: string) =>
    renderProject([mixed('x')], { host_path_mode: mode, tolerations: [] }, { deployments }).diagnostics.map(
      ({ code, severity }) => `${code} ${severity}`,
    );
  expect(found('cronjob')).toEqual(['STW209 warning']);
  expect(found('daemonset')).toEqual([]);
});

/** What the kubelet makes of text in `args` and `env` (k8s.io/kubernetes, third_party/forked/golang/expansion). */
function expanded(text: string): string {
  return text.replaceAll(/\$(\$|\(([^)]*)\))/g, (whole, next: string, name: string | undefined) =>
    next === '$' ? '$' : name === undefined ? whole : `<${name}>`,
  );
}

test.each(['a$b', '$(HOME)', '$$(HOME)', '$', '$$', 'x$'])('%s reaches restic as it is', (text) => {
  expect(expanded(containerText(text))).toBe(text);
  const service = contract('wiki', { backup: { exclude: [text] } });
  const [container] = podOf(cronJob(service)).containers;
  expect(container.args.map(expanded)).toContain(`--exclude=${text}`);
});

test('names are RFC 1123 labels of at most 52 characters, and never shared', () => {
  const ids = ['a', 'a.b', 'a-b', 'a_b', 'x'.repeat(63), `${'x'.repeat(62)}y`, 'A'];
  const names = ids.map((id) => objectName('lab', 'backup', id));
  for (const name of names) expect(name).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/);
  expect(new Set(names).size).toBe(ids.length);
  expect(objectName('lab', 'backup', 'a-b')).toBe('stowage-lab-backup-a-b');
  expect(serviceFile('wiki')).toBe('wiki.yaml');
});

test.each([
  ['rest:https://host/x', 443],
  ['rest:http://host:8000/x', 8000],
  ['s3:https://s3.example.org/bucket', 443],
  ['s3:http://minio:9000/bucket', 9000],
  ['s3:minio:9000/bucket', 9000],
  ['s3:s3.amazonaws.com/bucket', 443],
  ['sftp:user@host:/srv', 22],
  ['sftp://user@host:2222//srv', 2222],
  ['b2:bucket:path', 443],
])('%s is reached on port %d', (url, port) => {
  expect(repositoryPort(url)).toBe(port);
});

test.each([
  ['0 2 * * *', 1440],
  ['0 */6 * * *', 360],
  ['*/15 * * * *', 15],
  ['0 0,1 * * *', 1380],
  ['0 3 * * 0', 7 * 1440],
  ['0 3 * * 1-5', 3 * 1440],
  ['0 3 1 * *', 31 * 1440],
  ['0 3 1 1 *', 366 * 1440],
])('the runs of %s are at most %d minutes apart', (cron, minutes) => {
  expect(longestGap({ cron, timezone: 'UTC' })).toBe(minutes);
});

test('a late start is allowed for less than 100 missed runs', () => {
  expect(startingDeadline('* * * * *') / 60).toBeLessThan(100);
  expect(startingDeadline('0 2 * * *')).toBe(6 * 3600);
});

test('VolSync gets lists without ranges', () => {
  const pattern =
    /^(@(annually|yearly|monthly|weekly|daily|hourly))|((((\d+,)*\d+|(\d+(\/|-)\d+)|\*(\/\d+)?)\s?){5})$/;
  for (const cron of ['0 2 * * 1-5,0', '*/10 1-3,7 * * *']) expect(plainCron(cron)).toMatch(pattern);
  expect(plainCron('0 2 * * 1-3,6')).toBe('0 2 * * 1,2,3,6');
});
