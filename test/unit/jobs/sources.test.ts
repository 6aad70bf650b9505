import { describe, expect, test } from '@jest/globals';
import type { Job, Source } from '../../../src/model/job.js';
import { EVERY_RUNTIME, planOf, policyOf } from '../../support/project.js';

/** A bind mount and a volume that the runtime manages. */
const CONTRACT = `${EVERY_RUNTIME.replace('Web Application', 'web-app')}service_volumes:
  - { name: media, host_path: /srv/media, target: /media }
  - { name: data, target: /data }
mounts: { persistent_volumes: [{ name: data, path: /data/sub }, { name: media, path: /media }] }
backup: { volumes: { data: { claim: app-data } } }
`;

/** The same without what operators do not back up. */
const CLAIM = CONTRACT.replace(', { name: media, path: /media }', '');
const method = (name: string) => `runtimes: { kubernetes: { method: ${name} } }\n`;

function jobsOf(runtime: string, settings = '', text = CONTRACT): readonly Job[] {
  const where = runtime === 'kubernetes' ? '' : ' host: web1,';
  const policy = policyOf(
    `    kubernetes_secret: s\ndeployments: [{ runtime: ${runtime},${where} services: ["*"] }]\n${settings}`,
    runtime === 'kubernetes' ? '{ namespace: backup }' : '{ host: web1 }',
  );
  return planOf(policy, text).plan.jobs;
}

/** What is read, without what all sources say. */
const read = ({ sources }: Job) =>
  sources.map((source: Source) => {
    switch (source.at) {
      case 'folder':
        return [source.at, source.base, source.path, source.engine];
      case 'node':
        return [source.at, source.path, source.is_file];
      case 'claim':
        return [source.at, source.namespace, source.claim, source.suffix];
      case 'stream':
        return [source.at, source.producer, source.transfer, source.volumes];
      case 'repository':
        return [source.at, source.repository];
    }
  });
const backups = (jobs: readonly Job[]) => jobs.filter(({ sources }) => sources.length > 0);
const sourcesOf = (jobs: readonly Job[]) => backups(jobs).map((job) => [job.kind, ...read(job)]);

describe('what a backup reads is of the kind that it is, and of no other', () => {
  const media = (engine: object | null = null) => ['folder', 'root', '/srv/media', engine];
  const volume = (name: string, suffix = 'sub') => ({ volume: name, suffix });

  test('docker: folders of the host, and of a volume who can say where it is', () => {
    expect(sourcesOf(jobsOf('docker'))).toEqual([
      [
        'backup',
        [
          'folder',
          'root',
          '/var/lib/docker/volumes/web-app_data/_data/sub',
          { name: 'docker', ...volume('web-app_data') },
        ],
        media(),
      ],
    ]);
  });

  test('podman: likewise, by its own engine', () => {
    expect(sourcesOf(jobsOf('podman'))).toEqual([
      [
        'backup',
        [
          ...['folder', 'root', '/var/lib/containers/storage/volumes/systemd-data/_data/sub'],
          { name: 'podman', ...volume('systemd-data') },
        ],
        media(),
      ],
    ]);
  });

  test('podman without root: volumes lie below a home, and a bind mount does not', () => {
    const [job, ...more] = backups(jobsOf('podman', '', `${CONTRACT}quadlet_scope: user\n`));
    expect(more).toEqual([]);
    expect(job?.place).toEqual({ on: 'host', host: 'web1', manager: 'user', folder: 'hosts/web1/user' });
    expect(job?.backend).toBe('systemd-user');
    expect(job === undefined ? [] : read(job)).toEqual([
      [
        ...['folder', 'home', '.local/share/containers/storage/volumes/systemd-data/_data/sub'],
        { name: 'podman', ...volume('systemd-data') },
      ],
      media(),
    ]);
  });

  test('bare metal: paths are the host’s own', () => {
    expect(sourcesOf(jobsOf('baremetal'))).toEqual([
      ['backup', ['folder', 'root', '/data/sub', null], ['folder', 'root', '/media', null]],
    ]);
  });

  test.each([
    ['stream', 'pipe'],
    ['dumpdir', 'spool'],
  ])('proxmox: a guest is dumped (%s), what the host binds into it is a folder', (transfer, way) => {
    expect(sourcesOf(jobsOf('proxmox', `runtimes: { proxmox: { transfer: ${transfer} } }\n`))).toEqual([
      ['backup', media()],
      ['guest-dump', ['stream', { engine: 'vzdump', of: '105' }, way, ['data']]],
    ]);
  });

  test('kubernetes: a claim and a folder of a node, never one of a host; each has a history of its own', () => {
    const jobs = jobsOf('kubernetes', 'runtimes: { kubernetes: { host_path_mode: daemonset } }\n');
    expect(sourcesOf(jobs)).toEqual([
      ['backup', ['claim', 'apps', 'app-data', 'sub']],
      ['backup', ['node', '/srv/media', false]],
    ]);
    expect(backups(jobs).map(({ snapshot }) => snapshot?.tags)).toEqual([
      ['service:web-app'],
      ['service:web-app', 'part:hostpath'],
    ]);
  });
});

describe('who has to keep clear of whom', () => {
  const locks = (jobs: readonly Job[]) => jobs.map((job) => [job.kind, ...job.locks.map(({ mode }) => mode)]);

  test('backups share a repository, what changes or checks it needs it alone, and what removes locks needs none', () => {
    expect(locks(jobsOf('proxmox'))).toEqual([
      ['backup', 'shared'],
      ['guest-dump', 'shared'],
      ['forget', 'exclusive'],
      ['prune', 'exclusive'],
      ['check', 'exclusive'],
      ['locks'],
    ]);
  });

  test('an operator’s prune and check need it alone too, and its backup does not', () => {
    const own = jobsOf('kubernetes', method('k8up'), CLAIM).filter(({ backend }) => backend === 'k8up');
    expect(locks(own)).toEqual([
      ['backup', 'shared'],
      ['prune', 'exclusive'],
      ['check', 'exclusive'],
    ]);
  });
});

describe('who forgets', () => {
  const forgotten = (runtime: string, settings = '') =>
    backups(jobsOf(runtime, settings, settings === '' ? CONTRACT : CLAIM)).map(
      ({ snapshot }) => snapshot?.forgotten_by ?? null,
    );
  test.each(['docker', 'podman', 'baremetal', 'kubernetes'])(
    'the forget job what is made on %s',
    (runtime) => {
      expect(new Set(forgotten(runtime))).toEqual(new Set(['forget-job']));
    },
  );

  test('both parts of a service on Proxmox, in histories of their own', () => {
    expect(forgotten('proxmox')).toEqual(['forget-job', 'forget-job']);
    const tags = backups(jobsOf('proxmox')).map(({ snapshot }) => snapshot?.tags);
    expect(tags).toEqual([['service:web-app'], ['service:web-app', 'part:guest']]);
  });

  test.each([
    ['k8up', 'operator'],
    ['volsync', 'operator'],
    ['velero', null],
  ])('%s what it has made, and no job of ours', (name, by) => {
    expect(new Set(forgotten('kubernetes', method(name)))).toEqual(new Set([by]));
    expect(jobsOf('kubernetes', method(name), CLAIM).filter(({ kind }) => kind === 'forget')).toEqual([]);
  });
});
