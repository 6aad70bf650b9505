import { describe, expect, test } from '@jest/globals';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { rootlessRestore } from '../../../src/runtimes/podman/render/restore.js';
import { jobIndex } from '../../../src/lookup/job-index.js';
import { rootlessFiles } from '../../../src/runtimes/podman/render/files.js';
import { systemd } from '../../../src/targets/systemd/target.js';
import { planOf, policyOf } from '../../support/project.js';

const DEPLOYED = 'deployments: [{ runtime: podman, host: web1, services: [app] }]\n';

function contract(volumes: string, persistent: string, more = ''): string {
  return (
    'service_id: app\nservice_unit_name: web\nquadlet_scope: user\nruntime_templates: { podman: a }\n' +
    `service_volumes: [${volumes}]\nmounts: { persistent_volumes: [${persistent}] }\n${more}`
  );
}

const APP = contract(
  '{ name: data, source: app-data, target: /data }, { name: photos, host_path: /srv/photos, target: /photos }',
  '{ name: data, path: /data }, { name: deep, path: /data/deep }, { name: photos, path: /photos }',
);

/** What the user gets, by path below `hosts/web1/user/`. */
function renderUser(text = APP, settings = ''): Record<string, string> {
  const policy = policyOf(`${DEPLOYED}${settings}`);
  const { plan } = planOf(policy, text);
  const input = { plan, runtimes: policy.runtimes, templates: projectTemplates(builtinTemplates(), plan) };
  const files = rootlessFiles(input);
  // No job of the host for it.
  expect(systemd.render(input).filter(({ path }) => path.startsWith('hosts/web1/'))).toEqual([]);
  return Object.fromEntries(
    files.map(({ path, content }) => [path.replace('hosts/web1/user/', ''), content]),
  );
}

function container(text = APP, settings = ''): string {
  return renderUser(text, settings)['containers/stowage-lab-backup-app.container'] ?? '';
}

/** The values of one key, in order. */
function settingsOf(unit: string, key: string): string[] {
  return [...unit.matchAll(new RegExp(`^${key}=((?:.*\\\\\\n)*.*)$`, 'gm'))].map((match) => match[1] ?? '');
}

describe('the container that backs up', () => {
  test('sees each volume where every runtime has it, for reading only', () => {
    expect(settingsOf(container(), 'Volume').filter((volume) => volume.includes('/backup/'))).toEqual([
      'systemd-app-data:/backup/app/data:ro',
      '%h/.local/share/containers/storage/volumes/systemd-app-data/_data/deep:/backup/app/deep:ro',
      '/srv/photos:/backup/app/photos:ro',
    ]);
  });

  test('never makes a missing volume: each is looked for first, in the namespace that can read it', () => {
    const root = '%h/.local/share/containers/storage/volumes/systemd-app-data/_data';
    const check = 'podman unshare %h/.local/lib/stowage/lab/check-source.sh';
    expect(settingsOf(container(), 'ExecStartPre')).toEqual([
      'mkdir -p %h/.local/state/stowage/lab/jobs/backup-app',
      `${check} podman systemd-app-data ${root} ${root} not-empty --read-by=self`,
      `${check} podman systemd-app-data ${root} ${root}/deep not-empty --read-by=self`,
      `${check} path /srv/photos not-empty --read-by=self`,
      '%h/.local/lib/stowage/lab/await-repository.sh %h/.local/lib/stowage/lab/restic-main.sh',
    ]);
  });

  test('a volume that is called like a unit is mounted by its path', () => {
    const text = contract(
      '{ name: data, target: /data }',
      '{ name: data, path: /data }',
      'backup: { volumes: { data: { podman_volume: app.volume } } }\n',
    );
    expect(settingsOf(container(text), 'Volume')).toContain(
      '%h/.local/share/containers/storage/volumes/app.volume/_data:/backup/app/data:ro',
    );
  });

  test('has one capability, and never relabels what it mounts', () => {
    const unit = container();
    expect(settingsOf(unit, 'DropCapability')).toEqual(['all']);
    expect(settingsOf(unit, 'AddCapability')).toEqual(['CAP_DAC_READ_SEARCH']);
    expect(settingsOf(unit, 'ReadOnly')).toEqual(['true']);
    expect(settingsOf(unit, 'Volume').filter((volume) => /:[^:]*[zZU][^:]*$/.test(volume))).toEqual([]);
  });

  test('has a network only for a remote repository; a local one is mounted for writing', () => {
    expect(settingsOf(container(), 'Network')).toEqual(['host']);
    const policy = policyOf(DEPLOYED);
    const local = {
      ...policy,
      repositories: policy.repositories.map((found) => ({ ...found, url: '/srv/restic' })),
    };
    const { plan } = planOf(local, APP);
    const files = rootlessFiles({
      plan,
      runtimes: local.runtimes,
      templates: projectTemplates(builtinTemplates(), plan),
    });
    const unit = files.find(({ path }) => path.endsWith('.container'))?.content ?? '';
    expect(settingsOf(unit, 'Network')).toEqual(['none']);
    expect(settingsOf(unit, 'Volume')).toContain('/srv/restic:/srv/restic');
  });

  test('reports failures, ends in time and asks for its password below the home folder', () => {
    const unit = container();
    expect(settingsOf(unit, 'OnFailure')).toEqual(['stowage-lab-failure@%N.service']);
    expect(settingsOf(unit, 'TimeoutStartSec')).toEqual(['780min']);
    expect(settingsOf(unit, 'Volume')).toContain(
      '%h/.config/restic/lab/main.password:/run/stowage/restic-password:ro',
    );
  });

  test('interrupted it lets restic remove its lock, and systemd waits for that', () => {
    const unit = container();
    expect(settingsOf(unit, 'PodmanArgs')).toContain('--stop-signal=SIGINT --stop-timeout=100');
    expect(settingsOf(unit, 'KillSignal')).toEqual(['SIGINT']);
    expect(settingsOf(unit, 'KillMode')).toEqual(['mixed']);
    expect(settingsOf(unit, 'TimeoutStopSec')).toEqual(['2min']);
  });

  test('uses the policy’s image', () => {
    expect(settingsOf(container(), 'Image')).toEqual(['ghcr.io/restic/restic:0.19.1']);
    const own = 'runtimes: { podman: { image: "registry.example:5000/restic@sha256:0123" } }\n';
    expect(settingsOf(container(APP, own), 'Image')).toEqual(['registry.example:5000/restic@sha256:0123']);
  });
});

test('a service of the same host that runs as root is none of the user’s', () => {
  const policy = policyOf('deployments: [{ runtime: podman, host: web1, services: ["*"] }]\n');
  const { plan } = planOf(
    policy,
    APP,
    APP.replace('service_id: app', 'service_id: sys').replace('user', 'system'),
  );
  const input = { plan, runtimes: policy.runtimes, templates: projectTemplates(builtinTemplates(), plan) };
  const ofUser = rootlessFiles(input).map(({ path }) => path);
  expect(ofUser.filter((path) => path.includes('backup-'))).toEqual([
    'hosts/web1/user/containers/stowage-lab-backup-app.container',
    'hosts/web1/user/systemd/stowage-lab-backup-app.timer',
  ]);
  const ofRoot = systemd.render(input).map(({ path }) => path);
  expect(ofRoot.filter((path) => path.includes('web1') && path.includes('backup-'))).toEqual([
    'hosts/web1/systemd/stowage-lab-backup-sys.service',
    'hosts/web1/systemd/stowage-lab-backup-sys.timer',
  ]);
});

describe('what a rootless job cannot back up', () => {
  const findings = (hostPath: string, url = 'rest:http://backup:8000/infra') => {
    const text = contract(
      `{ name: data, host_path: ${JSON.stringify(hostPath)}, target: /data }`,
      '{ name: data, path: /data }',
    );
    const policy = policyOf(DEPLOYED);
    const repositories = policy.repositories.map((found) => ({ ...found, url }));
    const { diagnostics } = planOf({ ...policy, repositories }, text);
    return diagnostics.map(({ code, severity }) => `${severity} ${code}`);
  };

  test.each(['/etc', '/etc/app', '/root/x', '/var', '/var/lib/docker/volumes', '/run/app', '/usr/share/x'])(
    'a folder of the system: %s',
    (path) => {
      expect(findings(path)).toEqual(['error STW570']);
    },
  );

  test.each([
    '/srv/app',
    '/home/media/app',
    '/etcetera',
    '/var/lib/app',
    '/run/user/1000/app',
    '/mnt/ü,b%c@d',
  ])('not %s', (path) => {
    expect(findings(path)).toEqual([]);
  });

  test.each(['/srv/a b', '/srv/a:b', '/srv/$x', '/srv/a\\b', '/srv/a;b'])(
    'what Quadlet cannot mount: %s',
    (path) => {
      expect(findings(path)).toEqual(['error STW571']);
    },
  );

  test.each([
    ['/srv/a b', ['error STW572']],
    ['/srv/restic', []],
  ])('a local repository at %s', (url, expected) => {
    expect(findings('/srv/app', url)).toEqual(expected);
  });
});

test('the runbook’s commands are seen from home, and never name a home', () => {
  const { plan } = planOf(policyOf(DEPLOYED), APP);
  const service = plan.services[0];
  const placement = service?.placements[0];
  if (service === undefined || placement === undefined) throw new Error('the plan has no placement');
  expect(jobIndex(plan).at('app', placement)).toHaveLength(1);
  const guide = rootlessRestore('lab', service, placement);
  const library = '.local/lib/stowage/lab';
  expect(guide?.restic).toEqual([`${library}/restic-main.sh`]);
  expect(guide?.check).toEqual([`${library}/check-unused.sh`, 'systemd-app-data', '/srv/photos']);
  expect(guide?.volumes.map(({ in_place }) => in_place.join(' '))).toEqual([
    `${library}/restore-main.sh latest /backup/app/data systemd-app-data --host app --tag service:app --path /backup/app/data --include=!/backup/app/data/deep`,
    `${library}/restore-main.sh latest /backup/app/photos /srv/photos --host app --tag service:app --path /backup/app/photos`,
    `${library}/restore-main.sh latest /backup/app/deep .local/share/containers/storage/volumes/systemd-app-data/_data/deep --host app --tag service:app --path /backup/app/deep`,
  ]);
  expect(
    JSON.stringify(guide?.volumes.map(({ in_place, aside, owners }) => [in_place, aside, owners])),
  ).not.toContain('$HOME');
});
