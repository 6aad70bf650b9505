import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { explain, type Explanation } from '../../../src/explain/explain.js';
import { recordTemplates, type Recorded } from '../../../src/explain/origins.js';
import { loadProject } from '../../../src/load.js';
import { render } from '../../../src/render.js';

const POLICY = `version: 1
project: lab
contracts: "*/contract.yml"
values: [values.yml]
repositories:
  main: { url: "rest:http://backup:8000/infra", maintenance: { host: backup1 } }
  other: { url: "rest:http://other:8000/infra", maintenance: { host: backup1 } }
defaults:
  repository: main
  schedule: "30 2 * * *"
  exclude: ["**/cache/**", "*.tmp"]
deployments:
  - { runtime: docker, host: web1, services: [wiki] }
  - { runtime: baremetal, host: pi1, services: [dns] }
`;

const contract = (id: string, more: string) => `service_id: ${id}
runtime_templates: { docker: a, baremetal: b }
owner: somebody
service_volumes: [{ name: config, target: /config, host_path: "{{ data_root }}/${id}" }]
mounts: { persistent_volumes: [{ name: config, path: /config }] }
${more}`;

const root = mkdtempSync(join(tmpdir(), 'explain-'));
for (const [path, text] of Object.entries({
  'stowage.yml': POLICY,
  'values.yml': 'data_root: /srv\n',
  'wiki/contract.yml': contract('wiki', 'backup: { volumes: { config: { exclude: ["index"] } } }\n'),
  'dns/contract.yml': contract('dns', ''),
})) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
afterAll(() => {
  rmSync(root, { recursive: true });
});

const project = loadProject(join(root, 'stowage.yml'));
const records: Recorded[] = [];
const { files } = render(project, (templates) => {
  const recorded = recordTemplates(templates);
  records.push(recorded);
  return recorded.templates;
});

/** Explains the first line of a file that contains `text`; the whole file without it. */
function explainLine(path: string, text?: string): Explanation {
  const file = files.find((each) => each.path === path);
  const [recorded] = records;
  if (project.policy === null || file === undefined || recorded === undefined) throw new Error(path);
  const at =
    text === undefined ? null : file.content.split('\n').findIndex((line) => line.includes(text)) + 1;
  if (at === 0) throw new Error(`${path} holds no ${text ?? ''}`);
  return explain({ project, policy: project.policy, file, line: at }, recorded);
}

const keys = ({ keys: found }: Explanation, isSet = true): string[] =>
  (found ?? []).filter(({ value }) => (value !== null) === isSet).map(({ file, key }) => `${file} ${key}`);

const UNIT = 'hosts/web1/systemd/stowage-lab-backup-wiki.service';
const TIMER = 'hosts/web1/systemd/stowage-lab-backup-wiki.timer';
const CONTRACT = 'wiki/contract.yml';

describe('the keys of a line', () => {
  test('a time depends on the schedule and the place, and on keys that nobody wrote', () => {
    const explanation = explainLine(TIMER, 'OnCalendar=');
    expect(keys(explanation)).toEqual([
      'stowage.yml defaults.schedule',
      // The offset is the job's own: on another runtime the service is another job.
      'stowage.yml deployments[0].runtime',
    ]);
    expect(keys(explanation, false)).toEqual([
      // Backups keep clear of maintenance.
      'stowage.yml repositories.main.timezone',
      // Not `every` and `window`: the policy has a schedule, and both at once are an error.
      ...['timezone', 'spread'].map((key) => `stowage.yml defaults.${key}`),
      ...['schedule', 'timezone', 'every', 'window', 'spread'].map((key) => `${CONTRACT} backup.${key}`),
    ]);
  });

  test('each option on the command line has its own key, with its position', () => {
    const { keys: found } = explainLine(UNIT, '**/cache/**');
    expect(found?.filter(({ value }) => value !== null)).toEqual([
      { file: 'stowage.yml', line: 11, column: 13, key: 'defaults.exclude[0]', value: '**/cache/**' },
    ]);
    expect(keys(explainLine(UNIT, 'index'))).toContain(`${CONTRACT} backup.volumes.config.exclude[0]`);
  });

  test('a value that a contract refers to', () => {
    expect(keys(explainLine(UNIT, 'BindReadOnlyPaths='))).toEqual(
      expect.arrayContaining(['values.yml data_root', `${CONTRACT} service_volumes[0].host_path`]),
    );
  });

  test('a line that is the same in every project depends on nothing', () => {
    expect(explainLine(UNIT, 'ProtectSystem=').keys).toEqual([]);
  });

  test('a key that nobody wrote is named even if the example of its schema is its default', () => {
    expect(keys(explainLine(UNIT, 'TimeoutStartSec='), false)).toEqual([
      'stowage.yml defaults.timeout',
      'stowage.yml defaults.retry_lock',
      `${CONTRACT} backup.timeout`,
      `${CONTRACT} backup.retry_lock`,
      `${CONTRACT} backup.quiesce.mode`,
      `${CONTRACT} backup.hooks.before`,
    ]);
  });

  test('a name that is used in several places is changed in all of them, for one service only', () => {
    const found = keys(explainLine('README.md', '| dns | config | baremetal | pi1 |'));
    expect(found).toContain('dns/contract.yml mounts.persistent_volumes[0].name');
    // It has a volume of the same name, which has nothing to do with it.
    expect(found.filter((key) => key.includes('wiki'))).toEqual([]);
  });
});

test('a whole file: its contract, its templates, and every key that shapes it', () => {
  const explanation = explainLine(UNIT);
  expect(explanation.contracts).toEqual([CONTRACT]);
  expect(explanation.templates.map(({ template }) => template)).toEqual([
    'systemd/backup.service.hbs',
    'systemd/_repository.service.hbs',
    'systemd/_sandbox.service.hbs',
  ]);
  expect(keys(explanation)).toEqual(
    expect.arrayContaining(['stowage.yml repositories.main.url', `${CONTRACT} service_id`]),
  );
  expect(keys(explanation).filter((key) => /other|owner/.test(key))).toEqual([]);
});

test('the template of a line: an own one and an included one', () => {
  expect(explainLine(TIMER, 'OnCalendar=').templates).toContainEqual({
    ...{ template: 'systemd/job.timer.hbs', line: 9, column: 12, expression: 'this' },
  });
  expect(explainLine(UNIT, 'ProtectSystem=').templates).toEqual([
    { template: 'systemd/_sandbox.service.hbs', line: expect.any(Number), column: 1, expression: null },
  ]);
});
