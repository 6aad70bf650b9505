import { describe, expect, test } from '@jest/globals';
import { loadContracts } from '../../../src/contract/load.js';
import { locationsOf } from '../../support/project.js';
import { NO_VALUES } from '../../support/values.js';

const HEAD = `service_id: vault
runtime_templates: { docker: x }
service_volumes: [{ name: data, target: /data }, { name: logs, target: /var/log/vault }]
mounts: { persistent_volumes: [{ name: data, path: /data }, { name: logs, path: /var/log/vault }] }
`;

function codesOf(more: string): string[] {
  const { diagnostics } = loadContracts([{ file: 'a.yml', text: HEAD + more }], NO_VALUES);
  return diagnostics.map(({ code, severity, message }) => `${code} ${severity} ${message}`);
}

describe('storage[].backup.excludes', () => {
  const excludeOf = (more: string, volume = 'data') => locationsOf(HEAD + more, 'docker')[volume]?.exclude;
  const storage = (excludes: string, who = 'name: data') =>
    `storage: [{ ${who}, backup: { excludes: [${excludes}] } }]\n`;

  test.each([
    ['/data/icons', '/backup/vault/data/icons'],
    ['/data/icons/', '/backup/vault/data/icons/'],
    ['/data/*/tmp', '/backup/vault/data/*/tmp'],
    ['tmp', '/backup/vault/data/**/tmp'],
    ['"**/tmp"', '/backup/vault/data/**/tmp'],
    ['/data', '/backup/vault/data/**'],
  ])('%s is a path as the workload sees it, or a pattern for anywhere', (given, expected) => {
    expect(excludeOf(storage(given))).toEqual([expected]);
  });

  test('stand beside those of the volume, and belong to it by name or by path', () => {
    const own = 'backup: { volumes: { data: { exclude: [own] } } }\n';
    expect(excludeOf(storage('/data/icons') + own)).toEqual([
      '/backup/vault/data/**/own',
      '/backup/vault/data/icons',
    ]);
    expect(excludeOf(storage('old', 'name: elsewhere, path: /var/log/vault/'), 'logs')).toEqual([
      '/backup/vault/logs/**/old',
    ]);
    expect(excludeOf(storage('old', 'name: elsewhere, path: /var/log/vault/'))).toEqual([]);
  });

  test('one outside of its volume says so', () => {
    expect(codesOf(storage('/etc/icons'))).toEqual([
      'STW407 warning the exclude pattern `/etc/icons` matches nothing: `data` is at `/data`',
    ]);
  });
});

test.each([
  ['storage: [{ name: data, size: 2G }]\n', []],
  ['storage: [{ name: data, backup: { paths: [/data, /data/db], hooks: null } }]\n', []],
  ['storage: { class: fast }\n', []],
  ['storage: fast\n', []],
])('%j draws no warning', (more, expected) => {
  expect(codesOf(more)).toEqual(expected);
});

test.each([
  ['storage: [{ name: data, backup: { hooks: { a: b } } }]\n', 'storage[].backup.hooks'],
  ['storage: [{ name: data, backup: { retention: 3 } }]\n', 'storage[].backup.retention'],
  ['storage: [{ name: gone, backup: { excludes: [a] } }]\n', 'storage[].backup'],
])('%j is read by nobody, and says so', (more, key) => {
  expect(codesOf(more)).toEqual([
    `STW119 warning nothing reads \`${key}\`: backups are made as if it were not there`,
  ]);
});
