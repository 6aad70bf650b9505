import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Editor } from './lib/language-server.js';
import { npmInstall } from './lib/npm.js';

const PROGRAM = fileURLToPath(new URL('../../dist/stowage.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'stowage-editor-'));
const SERVER = join(scratch, 'node_modules/yaml-language-server/bin/yaml-language-server');
let editor: Editor;
let policy: string;
let contract: string;

beforeAll(async () => {
  npmInstall(scratch, ['yaml-language-server@1.25.0']);
  editor = new Editor(SERVER);
  await editor.start();
});

afterAll(() => {
  editor.close();
  rmSync(scratch, { recursive: true });
});

/** A project as `stowage init` writes it, in a place of its own for each test: a server remembers what it read. */
beforeEach(() => {
  const project = mkdtempSync(join(scratch, 'project-'));
  policy = join(project, 'stowage.yml');
  contract = join(project, 'services/example/contract.yml');
  execFileSync(process.execPath, [PROGRAM, 'init', project]);
});

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

test('what `stowage init` writes has no problem, and is explained, without a setting or the network', async () => {
  expect(await editor.open(policy)).toEqual([]);
  expect(await editor.open(contract)).toEqual([]);
  expect(await editor.hover(policy, 'spread:')).toContain('each service gets its own fixed offset');
  expect(await editor.hover(policy, 'url:')).toContain('never with a password inside');
  expect(await editor.hover(contract, 'persistent_volumes:')).toContain('What must be backed up');
  expect(await editor.hover(contract, 'service_id:')).toContain('Identity of the service');
});

test('mistakes are underlined where they stand', async () => {
  edit(policy, 'url:', 'ulr:');
  const problems = await editor.open(policy);
  const line = readFileSync(policy, 'utf8')
    .split('\n')
    .findIndex((text) => text.includes('ulr:'));
  expect(problems.map(({ message, range }) => [message, range.start.line])).toContainEqual([
    'Property ulr is not allowed.',
    line,
  ]);
});

test('keys that fit are offered', async () => {
  edit(policy, '  spread: 90m', '  k\n  spread: 90m');
  await editor.open(policy);
  const offered = await editor.complete(policy, 'k\n  spread');
  expect(offered).toEqual(expect.arrayContaining(['exclude', 'max_age', 'timeout']));
  expect(offered).not.toContain('spread');
});

test('values that fit are offered', async () => {
  edit(policy, 'defaults:', 'runtimes:\n  kubernetes:\n    method: \ndefaults:');
  await editor.open(policy);
  const offered = await editor.complete(policy, '\ndefaults:');
  expect(offered).toEqual(expect.arrayContaining(['restic', 'velero', 'volsync', 'k8up']));
});

test('the settings that the README gives for VS Code reach contracts without a line of their own', async () => {
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  const settings = JSON.parse(/\{ "yaml\.schemas": .*\}/.exec(readme)?.[0] ?? '') as {
    'yaml.schemas': unknown;
  };
  edit(contract, '# yaml-language-server: $schema=../../.stowage/contract.schema.json\n', '');
  const configured = new Editor(SERVER, {
    yaml: { schemas: settings['yaml.schemas'], hover: true, validate: true },
  });
  try {
    await configured.start(dirname(policy));
    expect(await configured.open(contract)).toEqual([]);
    expect(await configured.hover(contract, 'service_id:')).toContain('Identity of the service');
  } finally {
    configured.close();
  }
  await editor.open(contract);
  expect(await editor.hover(contract, 'service_id:')).not.toContain('Identity of the service');
});
