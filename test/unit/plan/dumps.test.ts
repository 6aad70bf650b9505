import { describe, expect, test } from '@jest/globals';
import { volumesOf } from '../../../src/model/job.js';
import { jobIndex } from '../../../src/lookup/job-index.js';
import { policyOf, planOf } from '../../support/project.js';

const HEAD = `service_id: app
service_unit_name: app
service_container: { vmid: 105 }
runtime_templates: { docker: a, podman: b, proxmox: c, baremetal: d }
`;
const ONE = `service_volumes: [{ name: data, target: /data }, { name: db, target: /var/lib/db }]
mounts: { persistent_volumes: [{ name: data, path: /data }, { name: db, path: /var/lib/db }] }
`;
const SEVERAL = `services:
  - { name: web, volumes: ["data:/data"] }
  - { name: db, volumes: ["db:/var/lib/db"], container_name: app-db }
mounts: { persistent_volumes: [{ name: data, path: /data }, { name: db, path: /var/lib/db }] }
`;

/** How dumps are made on one runtime, and what the plan says of that. */
function placed(runtime: string, dumps: string, more = ONE, host = 'h1') {
  const policy = policyOf(`deployments: [{ runtime: ${runtime}, host: ${host}, services: [app] }]\n`);
  const { plan, diagnostics } = planOf(policy, `${HEAD}${more}backup: { dumps: ${dumps} }\n`);
  const [service] = plan.services;
  const placement = service?.placements[0];
  if (placement === undefined) throw new Error('the service is nowhere');
  const jobs = jobIndex(plan).at('app', placement);
  return { plan, service, placement, jobs, codes: diagnostics.map(({ code }) => code) };
}

describe('what runs a command where the database is', () => {
  const enter = (...arguments_: Parameters<typeof placed>) =>
    placed(...arguments_).placement.dumps?.[0]?.enter;

  test.each([
    ['docker', '{ db: { engine: postgresql } }', ONE, 'docker compose --project-name app exec --no-TTY app'],
    [
      'docker',
      '{ db: { engine: postgresql, container: db } }',
      SEVERAL,
      'docker compose --project-name app exec --no-TTY db',
    ],
    [
      'docker',
      '{ db: { engine: postgresql, container: elsewhere } }',
      SEVERAL,
      'docker exec --interactive elsewhere',
    ],
    [
      'docker',
      '{ db: { engine: postgresql } }',
      `container_name: App\n${ONE}`,
      'docker exec --interactive App',
    ],
    ['podman', '{ db: { engine: postgresql } }', ONE, 'podman exec --interactive systemd-app'],
    ['podman', '{ db: { engine: postgresql, container: app-db } }', ONE, 'podman exec --interactive app-db'],
    ['proxmox', '{ db: { engine: postgresql } }', ONE, 'pct exec 105 -- runuser -u postgres --'],
    ['proxmox', '{ db: { engine: mariadb } }', ONE, 'pct exec 105 --'],
    ['baremetal', '{ db: { engine: postgresql, user: pg } }', ONE, 'runuser -u pg --'],
    ['baremetal', '{ db: { engine: mariadb, user: backup } }', ONE, ''],
  ])('%s, %s', (runtime, dumps, more, words) => {
    expect(enter(runtime, dumps, more)?.join(' ')).toBe(words);
  });

  test('the container that the contract names is that of its first service', () => {
    const first = SEVERAL.replace('web,', 'web, container_name: app-web,');
    expect(enter('docker', '{ w: { engine: postgresql, container: web } }', first)?.join(' ')).toBe(
      'docker exec --interactive app-web',
    );
  });
});

describe('a file of SQLite', () => {
  const DUMP = '{ notes: { engine: sqlite, path: /data/deep/notes.db } }';

  test.each([
    ['docker', '/var/lib/docker/volumes/app_data/_data/deep/notes.db', ''],
    ['podman', '/var/lib/containers/storage/volumes/systemd-data/_data/deep/notes.db', ''],
    ['baremetal', '/data/deep/notes.db', ''],
  ])('is read by the host itself on %s', (runtime, path, enter) => {
    const [how] = placed(runtime, DUMP).placement.dumps ?? [];
    expect(how).toEqual({ name: 'notes', enter: enter === '' ? [] : [enter], on_host: true, path });
  });

  test('is read as the owner of the files where containers run without root', () => {
    const [how] = placed('podman', DUMP, `quadlet_scope: user\n${ONE}`).placement.dumps ?? [];
    expect(how).toMatchObject({ enter: ['podman', 'unshare'], on_host: true });
    expect(how?.path).toMatch(/^\$HOME\/.*\/deep\/notes\.db$/);
  });

  test('is read in the guest that holds it', () => {
    const [how] = placed('proxmox', DUMP).placement.dumps ?? [];
    expect(how).toMatchObject({
      enter: ['pct', 'exec', '105', '--'],
      on_host: false,
      path: '/data/deep/notes.db',
    });
  });
});

describe('a volume that a dump stands for', () => {
  const DUMP = '{ db: { engine: postgresql, container: db, replaces: db } }';

  test('counts as backed up, and none of its files are a source', () => {
    const { placement, jobs, codes } = placed('docker', DUMP, SEVERAL);
    expect(codes).toEqual([]);
    expect(placement.volumes).toMatchObject([
      { volume: 'data', backed_up: true },
      { volume: 'db', backed_up: true, dumped_by: 'db' },
    ]);
    expect(jobs).toHaveLength(1);
    expect(jobs.flatMap(({ sources }) => sources.map(({ at }) => at))).toEqual(['folder', 'stream']);
    expect(jobs.flatMap(volumesOf)).toEqual(['data', 'db']);
  });

  test('is copied, and said to be, where the dump cannot be made', () => {
    const { placement, jobs, codes } = placed(
      'docker',
      '{ db: { engine: postgresql, replaces: db } }',
      SEVERAL,
    );
    expect(codes).toEqual(['STW430']);
    expect(placement.volumes.map(({ dumped_by }) => dumped_by)).toEqual([undefined, undefined]);
    expect(jobs.flatMap(({ sources }) => sources.map(({ at }) => at))).toEqual(['folder', 'folder']);
  });

  test('that is waived stays so', () => {
    const { placement } = placed(
      'docker',
      `${DUMP}, volumes: { db: { enabled: false, reason: made again } }`,
      SEVERAL,
    );
    expect(placement.volumes[1]).toMatchObject({ backed_up: false, reason: 'made again' });
    expect(placement.volumes[1]).not.toHaveProperty('dumped_by');
  });
});

describe('a dump that is streamed', () => {
  const DUMP =
    '{ q: { engine: redis, container: db, replaces: db, transfer: stream }, s: { engine: sqlite, path: /data/s.db } }';

  test('has a job and snapshots of its own, and stands for its volume all the same', () => {
    const { service, placement, jobs, codes } = placed('docker', DUMP, SEVERAL);
    expect(codes).toEqual([]);
    expect(
      jobs.map(({ id, snapshot, sources }) => [id, snapshot?.tags, sources.map(({ at }) => at)]),
    ).toEqual([
      ['backup:app@h1', ['service:app'], ['folder', 'stream']],
      ['stream-dump:app/q@h1', ['service:app', 'part:dump-q'], ['stream']],
    ]);
    expect(jobs[1]?.object.name).toBe('stowage-lab-dump-app--q');
    expect(jobs[1]?.sources).toMatchObject([{ transfer: 'pipe', volumes: ['db'] }]);
    expect(jobs.every(({ snapshot }) => snapshot?.forgotten_by === 'forget-job')).toBe(true);
    expect(service?.dumps?.map(({ transfer }) => transfer)).toEqual(['stream', undefined]);
    expect(placement.volumes[1]).toMatchObject({ backed_up: true, dumped_by: 'q' });
  });

  test('is refused where containers run without root, and its volume is copied', () => {
    const dumps = '{ q: { engine: redis, replaces: db, transfer: stream } }';
    const { placement, codes } = placed('podman', dumps, `quadlet_scope: user\n${ONE}`);
    expect(codes).toContain('STW430');
    expect(placement.dumps).toBeUndefined();
  });
});

test('a service of nothing but databases has a job', () => {
  const text = `services: [{ name: db, volumes: ["db:/var/lib/db"] }]
mounts: { persistent_volumes: [{ name: db, path: /var/lib/db }] }
`;
  const { jobs } = placed('docker', '{ all: { engine: mariadb, replaces: db } }', text);
  expect(jobs.map(({ kind, sources }) => [kind, sources.map(({ at }) => at)])).toEqual([
    ['backup', ['stream']],
  ]);
});

test('plan.json holds no pointer of a dump, and where snapshots have it', () => {
  const { service } = placed(
    'docker',
    '{ db: { engine: postgresql, container: db, min_size: 2MiB, timeout: 1h } }',
    SEVERAL,
  );
  expect(service?.dumps).toEqual([
    {
      ...{ name: 'db', engine: 'postgresql', file: 'db', path: null, databases: [], user: null },
      ...{ password: null, replaces: null, min_size: 2097152, timeout: 60, command: [], restore_command: [] },
      snapshot_path: '/backup/app/dumps/db',
    },
  ]);
});
