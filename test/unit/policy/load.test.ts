import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadProject } from '../../../src/load.js';
import { parseDuration } from '../../../src/contract/duration.js';
import { findPolicy } from '../../../src/policy/find.js';
import { loadPolicy } from '../../../src/policy/load.js';
import { DISK } from '../../../src/source/files.js';

const BASE = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main:
    url: rest:http://backup:8000/infra
    maintenance: { host: backup1 }
`;

function load(text: string) {
  const { policy, diagnostics } = loadPolicy({ file: 'stowage.yml', text });
  return { policy, found: diagnostics.map(({ code, span }) => `${code} ${span.line}:${span.column}`) };
}

test('every default of the smallest policy', () => {
  const { policy, found } = load(BASE);
  expect(found).toEqual([]);
  expect({ ...policy, document: null }).toEqual({
    document: null,
    project: 'lab',
    contracts: ['services/*.yml'],
    values: [],
    inventory: null,
    output: 'rendered',
    templates: null,
    repositories: [
      {
        name: 'main',
        url: 'rest:http://backup:8000/infra',
        password_file: '/etc/restic/password',
        environment_file: null,
        kubernetes_secret: null,
        maintenance: { kind: 'host', host: 'backup1' },
        times: {
          forget: { schedule: '15 4 * * *', spread: 90 },
          prune: { schedule: '45 4 * * 0', spread: 90 },
          check: { schedule: '45 5 * * 0', spread: 90 },
        },
        read_data_subsets: 12,
        timezone: 'UTC',
        margin: 15,
        pointer: ['repositories', 'main'],
      },
    ],
    defaults: {
      repository: 'main',
      schedule: '30 2 * * *',
      timezone: 'UTC',
      spread: 90,
      max_age: null,
      max_shrink: 50,
      retention: { keep_daily: 7, keep_weekly: 5, keep_monthly: 12 },
      exclude: [],
      timeout: 720,
      retry_lock: 60,
      accept_incomplete: false,
      run_as: 'restic',
    },
    parallel: 2,
    deployments: null,
    runtimes: {
      docker: { data_root: '/var/lib/docker', compose_project: null },
      podman: {
        storage_root: '/var/lib/containers/storage',
        image: 'ghcr.io/restic/restic:0.19.1',
        user: null,
      },
      kubernetes: expect.objectContaining({ image: 'ghcr.io/restic/restic:0.19.1', method: 'restic' }),
      proxmox: { mode: 'snapshot', transfer: 'stream', dumpdir: '/var/lib/vz/dump' },
    },
  });
});

test('everything set', () => {
  const { policy, found } = load(`version: 1
project: lab
contracts: [a.yml, b/*.yml]
values: [v.yml]
output: ./out//tree/
templates: my/templates
repositories:
  z: { url: /mnt/z, maintenance: { namespace: backup }, check: { read_data_subsets: ~ }, timezone: Asia/Tokyo }
  a: { url: "s3:https://s3.example.org/b", password_file: /x//y, environment_file: /e, kubernetes_secret: s, maintenance: { host: b } }
defaults: { repository: a, timezone: Europe/Berlin, spread: 0m, retention: { keep_within: 1y6m }, accept_incomplete: true }
deployments:
  - { runtime: docker, host: web1, services: ["*"], snapshot_host: web }
  - { runtime: kubernetes, services: [x] }
runtimes: { docker: { data_root: /data/docker/ }, proxmox: { transfer: dumpdir } }
`);
  expect(found).toEqual([]);
  expect(policy).toMatchObject({
    contracts: ['a.yml', 'b/*.yml'],
    output: 'out/tree',
    templates: 'my/templates',
    repositories: [
      { name: 'a', password_file: '/x/y', timezone: 'Europe/Berlin', read_data_subsets: 12 },
      {
        name: 'z',
        maintenance: { kind: 'namespace', namespace: 'backup' },
        timezone: 'Asia/Tokyo',
        read_data_subsets: null,
      },
    ],
    defaults: { repository: 'a', spread: 0, retention: { keep_within: '1y6m' }, accept_incomplete: true },
    deployments: [
      { runtime: 'docker', host: 'web1', snapshot_host: 'web' },
      { runtime: 'kubernetes', host: null, snapshot_host: null },
    ],
    runtimes: { docker: { data_root: '/data/docker' }, proxmox: { transfer: 'dumpdir', mode: 'snapshot' } },
  });
});

describe('folders stay below the policy', () => {
  test.each(['.', './', '..', '../x', 'a/../..', '/abs', '~/x', 'a\\b', '"a\\0b"'])('output %s', (folder) => {
    const { policy, found } = load(`${BASE}output: ${folder}\n`);
    expect(policy).toBeNull();
    expect(found).not.toEqual([]);
  });
});

test.each([
  ['90m', 90],
  ['6h', 360],
  ['1h30m', 90],
  ['2d', 2880],
  ['1d2h3m', 1563],
  ['0m', 0],
  ['', null],
  ['30', null],
  ['30s', null],
  ['30m1h', null],
  ['-5m', null],
  ['1.5h', null],
])('duration %p is %p minutes', (text, minutes) => {
  expect(parseDuration(text)).toBe(minutes);
});

test('two mistakes of one repository do not hide those of another', () => {
  const { found } = load(`version: 1
project: lab
contracts: x.yml
repositories:
  a: { url: "https://u:secret@h/", maintenance: { host: any } }
  B: { url: /mnt/b }
`);
  expect(found.sort()).toEqual(['STW027 5:14', 'STW204 5:57', 'STW204 6:3', 'STW205 6:3', 'STW208 4:1']);
});

test('a diagnostic about a secret never holds it, and nothing else on its line shows it', () => {
  const { diagnostics } = loadPolicy({
    file: 'stowage.yml',
    text: BASE.replace('rest:http://backup:8000/infra', 'rest:https://user:hunter2@backup/'),
  });
  expect(diagnostics).toMatchObject([{ code: 'STW027', sensitive: true }]);
  expect(JSON.stringify(diagnostics)).not.toContain('hunter2');
});

describe('files', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'stowage-')));
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  const contract = (id: string) =>
    `service_id: ${id}\nmounts: { persistent_volumes: [] }\nruntime_templates: { docker: x }\n`;
  const write = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };

  test('patterns match files in a fixed order, without dotfiles', () => {
    write(
      'project/stowage.yml',
      BASE.replace('services/*.yml', '["services/**/*.yml", "../outside.yml", services/a.yml]'),
    );
    for (const name of ['b', 'a', 'Z', 'a-1', 'deep/c'])
      write(`project/services/${name}.yml`, contract(name.toLowerCase().replace('/', '-')));
    write('project/services/.hidden.yml', 'not: [read');
    write('outside.yml', contract('outside'));
    const project = loadProject(join(root, 'project/stowage.yml'));
    expect(project.diagnostics).toEqual([]);
    expect(project.root).toBe(join(root, 'project'));
    expect(project.contracts.map(({ document }) => document.file)).toEqual([
      '../outside.yml',
      'services/Z.yml',
      'services/a-1.yml',
      'services/a.yml',
      'services/b.yml',
      'services/deep/c.yml',
    ]);
    expect(project.sources.get('services/a.yml')).toBe(contract('a'));
  });

  test('what a pattern leads to through links is read, each file once', () => {
    write('links/stowage.yml', BASE.replace('services/*.yml', 'services/*/contract.yml'));
    write('links/services/plain/contract.yml', contract('plain'));
    write('links/shared/folder/contract.yml', contract('folder'));
    write('links/shared/file.yml', contract('file'));
    mkdirSync(join(root, 'links/services/file'));
    const link = (target: string, path: string) => {
      symlinkSync(target, join(root, 'links', path));
    };
    link('../shared/folder', 'services/folder');
    link('../../shared/file.yml', 'services/file/contract.yml');
    link('plain', 'services/alias');
    link('..', 'services/up');
    const files = (pattern: string) => {
      write('links/stowage.yml', BASE.replace('services/*.yml', pattern));
      const { contracts, diagnostics } = loadProject(join(root, 'links/stowage.yml'));
      expect(diagnostics).toEqual([]);
      return contracts.map(({ document }) => document.file);
    };
    const found = [
      'services/file/contract.yml',
      'services/folder/contract.yml',
      'services/plain/contract.yml',
    ];
    expect(files('services/*/contract.yml')).toEqual(found);
    expect(files('services/**/*.yml')).toEqual(found);
    expect(files('services/plain/*')).toEqual(['services/plain/contract.yml']);
  });

  test('what a pattern leads to and cannot be read is an error, never a service that is left out', () => {
    write('closed/services/good/contract.yml', contract('good'));
    mkdirSync(join(root, 'closed/services/folder/contract.yml'), { recursive: true });
    for (const [name, target] of [
      ['gone', 'nowhere'],
      ['round', 'round'],
    ] as const) {
      symlinkSync(target, join(root, 'closed/services', name));
      mkdirSync(join(root, `closed/services/${name}-file`));
      symlinkSync(`${target}.yml`, join(root, `closed/services/${name}-file/contract.yml`));
    }
    execFileSync('mkfifo', [join(root, 'closed/services/good/pipe.yml')]);
    const problems = (pattern: string) => {
      write('closed/stowage.yml', BASE.replace('services/*.yml', pattern));
      const { diagnostics } = loadProject(join(root, 'closed/stowage.yml'));
      return diagnostics.map(({ code, span }) => `${code} ${span.file}`).sort();
    };
    expect(problems('services/*/contract.yml')).toEqual([
      'STW001 services/gone',
      'STW001 services/gone-file/contract.yml',
      'STW001 services/round',
      'STW001 services/round-file/contract.yml',
      'STW002 services/folder/contract.yml',
    ]);
    expect(problems('services/good/*.yml')).toEqual(['STW002 services/good/pipe.yml']);
    expect(problems('services/good/contract*')).toEqual([]);
  });

  test('patterns do not look for contracts in the tree that rendering writes', () => {
    write('own/stowage.yml', `${BASE.replace('services/*.yml', '"**/*.y*ml"')}output: "out [1]"\n`);
    write('own/services/good.yaml', contract('good'));
    write('own/out [1]/kubernetes/apps/good.yaml', 'kind: List\n');
    const { contracts, diagnostics } = loadProject(join(root, 'own/stowage.yml'));
    expect(contracts.map(({ service_id }) => service_id)).toEqual(['good']);
    expect(diagnostics.map(({ span }) => span.file)).not.toContain('out [1]/kubernetes/apps/good.yaml');
  });

  test('a folder that may not be read is an error, never services that are left out', () => {
    write('private/stowage.yml', BASE.replace('services/*.yml', 'services/*/contract.yml'));
    write('private/services/good/contract.yml', contract('good'));
    write('private/services/private/contract.yml', contract('private'));
    const refusing = (path: string, options: { withFileTypes: true }) => {
      if (!path.endsWith('/private')) return readdirSync(path, options);
      throw Object.assign(new Error('refused'), { code: 'EACCES', syscall: 'scandir', path });
    };
    const files = { ...DISK, glob: { readdirSync: refusing } as unknown as typeof DISK.glob };
    expect(loadProject(join(root, 'private/stowage.yml'), files).diagnostics).toMatchObject([
      { code: 'STW001', message: '`services/private` may not be read', span: { file: 'services/private' } },
    ]);
  });

  test.each([
    ['a range of a hundred million names', '{1..99999999}/x.yml'],
    ['a path of five thousand letters', 'x'.repeat(5000)],
    ['a pattern of seventy thousand letters', `*${'x'.repeat(70_000)}`],
  ])('%s is refused where it stands', (_, pattern) => {
    write('odd/stowage.yml', BASE.replace('services/*.yml', JSON.stringify(pattern)));
    expect(loadProject(join(root, 'odd/stowage.yml')).diagnostics).toMatchObject([
      { code: 'STW201', span: { file: 'stowage.yml', line: 3, column: 12 } },
    ]);
  });

  test('a NUL in a pattern is a mistake of the policy', () => {
    write('nul/stowage.yml', BASE.replace('services/*.yml', '["a\\0b", "a\\0*"]'));
    const codes = loadProject(join(root, 'nul/stowage.yml')).diagnostics.map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['STW026', 'STW201']));
  });

  test('an invalid policy does not hide the mistakes of contracts and values', () => {
    write('bad/stowage.yml', `${BASE.replace('version: 1', 'version: 9')}values: [v.yml, empty.yml]\n`);
    write('bad/v.yml', '- list\n');
    write('bad/empty.yml', '# nothing yet\n');
    write('bad/services/x.yml', contract('X'));
    const { policy, diagnostics } = loadProject(join(root, 'bad/stowage.yml'));
    expect(policy).toBeNull();
    expect(diagnostics.map(({ code, span }) => `${span.file} ${code}`)).toEqual([
      'services/x.yml STW101',
      'stowage.yml STW202',
      'v.yml STW018',
    ]);
  });

  test('the policy is found upwards', () => {
    write('up/stowage.yml', BASE);
    mkdirSync(join(root, 'up/a/b'), { recursive: true });
    expect(findPolicy(join(root, 'up/a/b'))).toBe(join(root, 'up/stowage.yml'));
    mkdirSync(join(root, 'elsewhere'));
    expect(findPolicy(join(root, 'elsewhere'))).toBeNull();
  });

  test('a policy that is a link to nowhere is not passed over for another one', () => {
    write('above/stowage.yml', BASE);
    mkdirSync(join(root, 'above/below'));
    symlinkSync('nowhere.yml', join(root, 'above/below/stowage.yml'));
    expect(findPolicy(join(root, 'above/below'))).toBe(join(root, 'above/below/stowage.yml'));
  });
});
