import { statSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyOfSources } from '../support/copy-of-sources.js';

/**
 * A runtime that nobody has heard of, made as CONTRIBUTING.md says: one folder, which `npm run new:runtime` makes, and its
 * lines in the registry. Nothing else of the copied sources is touched.
 */
/** What only the author knows, in the order of the files. */
const FILLED: Readonly<Record<string, readonly string[]>> = {
  'runtime.ts': ["'Nspawn'", "'machines of systemd-nspawn'"],
  'locate.ts': [
    "'folder' as const",
    '`${settingsOf(input.policy).machines}/${input.settings?.holders.nspawn_volume ?? name}`',
  ],
  'by-hand.ts': [
    "'restic 0.17.0 or later and systemd-container'",
    "'Put the machine into its folder, and start nothing yet.'",
    'false',
    'false',
    `({
      stop: [['machinectl', 'poweroff', service.service_name]],
      start: [['machinectl', 'start', service.service_name]],
      inside: ['systemd-run', '--pipe', '--machine', service.service_name],
    })`,
    "'The ids are those of this host.'",
    '[]',
  ],
};

/** Settings in the policy and a key in contracts: what is described stands beside what reads it. */
const SETTINGS = `import type { LocatePolicy } from '../../locate/location.js';
import type { Pointer } from '../../source/document.js';
import type { Findings } from '../../source/findings.js';
import { readHostPath } from '../../source/host-rules.js';
import type { Mapping } from '../../source/yaml-values.js';

interface Settings {
  readonly machines: string;
}

export function readSettings(findings: Findings, given: Mapping, pointer: Pointer): Settings {
  return { machines: readHostPath(findings, given.machines, [...pointer, 'machines']) ?? '/var/lib/machines' };
}

export function settingsOf({ runtimes }: LocatePolicy): Settings {
  return runtimes.nspawn as Settings;
}
`;
const SETTINGS_SCHEMA = {
  title: 'Nspawn',
  description: 'Hosts that run services in machines.',
  type: 'object',
  additionalProperties: false,
  properties: {
    machines: { description: 'Where volumes lie.', type: 'string', examples: ['/var/lib/machines'] },
  },
};

/** A key of contracts, and one of deployments. */
const KEYS = `import type { Findings } from '../../source/findings.js';
import type { Mapping } from '../../source/yaml-values.js';
import type { DeploymentKey } from '../runtime.js';

export function readContract(_findings: Findings, given: Mapping): boolean {
  return given.private_users === true;
}

export const DEPLOYMENT_KEY: DeploymentKey = {
  key: 'machine_image',
  refused: { thing: 'machine', hint: 'it is for services on nspawn' },
  read: (value) => value ?? null,
};
`;
const CONTRACT_SCHEMA = {
  after: 'service_security',
  properties: {
    private_users: { description: 'Whether ids are mapped.', type: 'boolean', examples: [true] },
  },
};
const DEPLOYMENT_SCHEMA = {
  before: 'commands',
  properties: { machine_image: { description: 'Image.', type: 'string', examples: ['base'] } },
};
const VOLUME_KEY = `volume_key: {
    key: 'nspawn_volume',
    rule: VOLUME_NAME,
    description: 'Explicit volume of a machine.',
    example: 'books',
  },`;

/** A script of its own beside what is made of the jobs of any runtime. */
const SCRIPT = `#!/bin/sh
# {{comment header}}
set -eu
{{#each machines}}
machinectl show {{this}} --property=State
{{/each}}
`;
const RENDER = `import { hostTrees } from '../../hosts/host-tree.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import { sharedFilesIn } from '../../rendering/shared-file.js';

export function machineFiles(input: TargetInput): RenderedFile[] {
  return hostTrees(input.plan).flatMap((tree) => {
    const own = tree.jobs.filter(({ placement }) => placement.runtime === 'nspawn');
    const machines = own.map(({ service }) => service.service_name);
    const file = sharedFilesIn(tree.folder, 'nspawn', input);
    return machines.length === 0 ? [] : [file('bin/machines.sh', 'nspawn/machines.sh.hbs', { machines })];
  });
}
`;

const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main:
    url: rest:http://backup:8000/main
    maintenance: { host: backup1 }
runtimes: { nspawn: { machines: /srv/machines } }
deployments:
  - { runtime: nspawn, host: box1, services: [ledger], machine_image: base }
`;

/** Its data lies at a path that exists on many hosts, too: that one must not be taken for the machine's. */
const CONTRACT = `service_id: ledger
service_name: ledger
private_users: true
runtime_templates: { nspawn: a }
service_volumes:
  - { name: database, target: /var/lib/postgresql }
  - { name: files, host_path: /srv/ledger, target: /files }
mounts:
  persistent_volumes:
    - { name: database, path: /var/lib/postgresql }
    - { name: files, path: /files }
backup: { volumes: { database: { nspawn_volume: books } } }
`;

const copy = copyOfSources();
const { mistakes, put, run, text } = copy;

beforeAll(() => {
  run('src/build/new-runtime.mjs', 'nspawn');
});

afterAll(() => {
  copy.remove();
});

test('the compiler points at what only the author knows, and at nothing outside the new folder', () => {
  const found = mistakes('src/runtimes/nspawn/runtime.ts');
  const places = Object.values(FILLED).flat();
  expect(found).toHaveLength(places.length);
  for (const [file, message] of found) {
    expect(file).toMatch(/^src\/runtimes\/nspawn\//);
    expect(message).toBe("Cannot find name 'toFill'.");
  }
});

test('filled in, and with its lines in the registry, it backs up what it says, and no other folder of the host', () => {
  for (const [file, values] of Object.entries(FILLED)) fillIn(`src/runtimes/nspawn/${file}`, values);
  put('src/runtimes/nspawn/settings.ts', SETTINGS);
  put('src/runtimes/nspawn/settings.schema.json', JSON.stringify(SETTINGS_SCHEMA));
  put('src/runtimes/nspawn/keys.ts', KEYS);
  put('src/runtimes/nspawn/contract.schema.json', JSON.stringify(CONTRACT_SCHEMA));
  put('src/runtimes/nspawn/deployment.schema.json', JSON.stringify(DEPLOYMENT_SCHEMA));
  const runtime = text('src/runtimes/nspawn/runtime.ts')
    .replace('volume_key: null,', VOLUME_KEY)
    .replace('readSettings: null,', 'readSettings,\n  readContract,\n  deployment_key: DEPLOYMENT_KEY,')
    .replace('watched: [],', 'watched: [],\n  render: machineFiles,');
  put(
    'src/runtimes/nspawn/runtime.ts',
    `import { VOLUME_NAME } from '../../source/name-rules.js';\nimport { DEPLOYMENT_KEY, readContract } from './keys.js';\nimport { machineFiles } from './render.js';\nimport { readSettings } from './settings.js';\n${runtime}`,
  );
  put(
    'src/runtimes/nspawn/locate.ts',
    `import { settingsOf } from './settings.js';\n${text('src/runtimes/nspawn/locate.ts')}`,
  );
  put('src/runtimes/nspawn/render.ts', RENDER);
  put('templates/nspawn/machines.sh.hbs', SCRIPT);
  const registry = text('src/runtimes/registry.ts');
  put(
    'src/runtimes/registry.ts',
    `import { nspawn } from './nspawn/runtime.js';\n${registry.replace('baremetal];', 'baremetal, nspawn];')}`,
  );
  expect(mistakes('src/runtimes/registry.ts')).toEqual([]);
  run('src/build/build.mjs');
  put('project/stowage.yml', POLICY);
  put('project/services/ledger.yml', CONTRACT);
  expect(run('dist/stowage.js', 'schema', 'policy')).toContain('`nspawn` (machines of systemd-nspawn)');
  expect(run('dist/stowage.js', 'schema', 'contract')).toContain('"private_users"');
  run('dist/stowage.js', 'render', '--config', 'project/stowage.yml');

  const plan = JSON.parse(text('project/rendered/.stowage/plan.json')) as {
    jobs: { id: string; runtime: string; sources: { at: string; path: string; volumes: string[] }[] }[];
  };
  const [job] = plan.jobs.filter(({ id }) => id === 'backup:ledger@box1');
  expect(job?.runtime).toBe('nspawn');
  expect(job?.sources.map(({ at, path, volumes }) => [at, path, ...volumes])).toEqual([
    ['folder', '/srv/machines/books', 'database'],
    ['folder', '/srv/ledger', 'files'],
  ]);

  const unit = text('project/rendered/hosts/box1/systemd/stowage-lab-backup-ledger.service');
  expect(unit).toContain('/srv/machines/books:/backup/ledger/database');
  expect(unit).not.toContain('/var/lib/postgresql');

  const script = 'project/rendered/hosts/box1/bin/machines.sh';
  expect(text(script)).toContain('\nmachinectl show ledger --property=State\n');
  expect(statSync(copy.at(script)).mode & 0o777).toBe(0o755);

  const page = text('project/rendered/runbooks/ledger.md');
  for (const said of [
    'nspawn on box1',
    'machinectl poweroff ledger',
    'latest /backup/ledger/database /srv/machines/books',
    'A machine, called box1, with restic 0.17.0 or later and systemd-container;',
    'Put the machine into its folder, and start nothing yet.',
    'The ids are those of this host.',
  ]) {
    expect(page).toContain(said);
  }
  expect(page).not.toContain('undefined');
  expect(text('project/rendered/README.md')).toContain(
    '| ledger | database | nspawn | box1 | `/srv/machines/books` | backed up, live copy |',
  );

  const { paths } = JSON.parse(
    run('dist/stowage.js', 'paths', '--config', 'project/stowage.yml', '--format', 'json'),
  ) as { paths: { volume: string; kind: string; location: string }[] };
  expect(paths.map(({ volume, kind, location }) => [volume, kind, location])).toEqual([
    ['database', 'nspawn_volume', '/srv/machines/books'],
    ['files', 'host_path', '/srv/ledger'],
  ]);
  const report = ['report', '--config', 'project/stowage.yml', '--format', 'markdown'];
  expect(run('dist/stowage.js', ...report)).toContain('nspawn');
});

/** Puts the author's words into the places that the compiler points at, and drops what the file says to nobody. */
function fillIn(file: string, values: readonly string[]): void {
  const rest = [...values];
  put(
    file,
    text(file).replaceAll(/toFill\(\s*(?:'[^']*'|`(?:\\`|[^`])*`),?\s*\)/g, () => rest.shift() ?? 'nothing'),
  );
  expect(rest).toEqual([]);
}
