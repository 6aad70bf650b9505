import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PROGRAM, cleanEnvironment, project, put, read, scratch, snapshot, stowage } from './program.js';

describe('a command line that makes no sense', () => {
  test.each([
    [[], 'no command given'],
    [['rendr'], 'did you mean `render`?'],
    [['render', '--chek'], 'did you mean `--check`?'],
    [['render', '--chek'], 'unknown option `--chek`'],
    [['render', '-x'], 'unknown option `-x`'],
    [['validate', 'something'], 'unexpected argument `something`'],
    [['validate', '--format', 'xml'], '"xml"'],
    [['validate', '--config'], 'config'],
    [['validate', '--config', ''], '`--config` is empty'],
    [['validate', '--config', 'a', '--config', 'b'], 'more than once'],
    [['render', '--runtime', 'vax'], '"vax"'],
    [['schema'], 'hint'],
    [['schema', 'plan'], '"plan"'],
    [['validate'], 'stowage init'],
  ])('%j: exit code 2, nothing on stdout', (args, message) => {
    for (const format of [[], ['--format', 'json']]) {
      const { code, out, err } = stowage(scratch(), [...args, ...(args.includes('--format') ? [] : format)]);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(message);
      expect(err).not.toContain('bug');
    }
  });
});

test('help and version are results', () => {
  const folder = scratch();
  const help = stowage(folder, ['--help']);
  expect([help.code, help.err]).toEqual([0, '']);
  for (const command of ['init', 'validate', 'render', 'paths', 'schema', 'completion']) {
    expect(help.out).toContain(`stowage ${command}`);
  }
  expect(stowage(folder, ['render', '--help']).out).toContain('--force');
  expect(stowage(folder, ['--version'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

test('schema prints the files that editors use', () => {
  const root = join(PROGRAM, '../..');
  for (const kind of ['policy', 'contract']) {
    const { code, out } = stowage(scratch(), ['schema', kind]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(JSON.parse(read(root, `dist/schemas/${kind}.schema.json`)));
  }
});

test('completion prints a script that bash understands', () => {
  const { code, out, err } = stowage(scratch(), ['completion'], { SHELL: '/bin/bash' });
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('stowage');
  expect(spawnSync('bash', ['-n'], { input: out }).status).toBe(0);
  expect(stowage(scratch(), ['--get-yargs-completions', 'stowage', 'val']).out).toContain('validate');
});

test('a reader that goes away is no failure', async () => {
  const child = spawn(process.execPath, [PROGRAM, 'schema', 'policy'], { env: cleanEnvironment() });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise((done) => child.on('close', done));
  expect([code, err]).toEqual([0, '']);
});

test('a result that cannot be written is a failure', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'schema', 'policy'], {
    env: cleanEnvironment(),
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  expect([status, stderr.toString()]).toEqual([2, 'stowage: cannot write the result: no space left\n']);
});

describe('init', () => {
  test('writes a project that validates and renders without a remark', () => {
    const folder = scratch();
    const { code, out, err } = stowage(folder, ['init', 'new']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('created new/stowage.yml');
    const root = join(folder, 'new');
    expect(Object.keys(snapshot(root))).toEqual([
      '.pre-commit-config.yaml',
      '.stowage/contract.schema.json',
      '.stowage/policy.schema.json',
      'services/example/contract.yml',
      'stowage.yml',
    ]);
    expect(stowage(root, ['validate'])).toEqual({
      code: 0,
      out: '1 contract, 1 volume, no problems\n',
      err: '',
    });
    expect(stowage(root, ['render'])).toMatchObject({ code: 0, err: '' });
    expect(stowage(root, ['render', '--check'])).toEqual({ code: 0, out: '', err: '' });
  });

  test('overwrites nothing', () => {
    const folder = scratch();
    put(folder, 'stowage.yml', 'mine');
    const { code, out } = stowage(folder, ['init', '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      created: [
        'services/example/contract.yml',
        '.pre-commit-config.yaml',
        '.stowage/policy.schema.json',
        '.stowage/contract.schema.json',
      ],
      kept: ['stowage.yml'],
    });
    expect(read(folder, 'stowage.yml')).toBe('mine');
  });

  test('into a place that cannot be: exit code 2 and a plain message', () => {
    const folder = scratch();
    put(folder, 'file', 'x');
    const { code, out, err } = stowage(folder, ['init', 'file/new']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^stowage: cannot mkdir `.*`: .* \(ENOTDIR\)\n$/);
  });
});

describe('paths', () => {
  const row = (volume: string, more: object) => ({
    service: 'wiki',
    volume,
    runtime: 'docker',
    host: 'web1',
    ...more,
    namespace: null,
    snapshot_path: `/backup/wiki/${volume}`,
    backed_up: volume !== 'cache',
    reason: volume === 'cache' ? 'made again on start' : null,
    live_copy: null,
  });
  const volume = (name: string) =>
    row(name, {
      kind: 'docker_volume',
      location: `/var/lib/docker/volumes/wiki_${name}/_data`,
      name: `wiki_${name}`,
    });

  test('gives exactly the JSON of the interface, keys in order', () => {
    const { code, out, err } = stowage(project(), ['paths', 'wiki', '--format', 'json']);
    expect([code, err]).toEqual([0, '']);
    const config = row('config', { kind: 'host_path', location: '/srv/wiki', name: null });
    expect(out).toBe(`${JSON.stringify({ paths: [volume('cache'), config, volume('data')] })}\n`);
  });

  test('prints a table, whole when it is no terminal', () => {
    const folder = project();
    const host = 'a'.repeat(60);
    put(folder, 'stowage.yml', read(folder, 'stowage.yml').replace('host: web1', `host: ${host}`));
    const { code, out } = stowage(folder, ['paths'], { COLUMNS: '40' });
    expect(code).toBe(0);
    expect(out).toContain(host);
    expect(out).toContain('/var/lib/docker/volumes/blog_data/_data\n');
    expect(out).toContain('wiki/cache is not backed up: made again on start\n');
  });

  test('a reason cannot turn the line around, nor end it', () => {
    const folder = project();
    const contract = read(folder, 'services/wiki.yml');
    put(
      folder,
      'services/wiki.yml',
      contract.replace('made again on start', '"be\u202ecause\\nwiki/data ok"'),
    );
    const { out } = stowage(folder, ['paths']);
    expect(out).toContain('wiki/cache is not backed up: be<U+202E>cause wiki/data ok\n');
  });

  test('an unknown service is a mistake with a suggestion', () => {
    const { code, out } = stowage(project(), ['paths', 'wki', '--format', 'json']);
    expect(code).toBe(1);
    const document = JSON.parse(out) as { paths: unknown[]; diagnostics: { hint: string }[] };
    expect(document.paths).toEqual([]);
    expect(document.diagnostics.map(({ hint }) => hint)).toEqual(['did you mean `wiki`?']);
  });

  test('answers as far as it can when a contract is broken', () => {
    const folder = project();
    put(folder, 'services/blog.yml', 'service_id: [');
    const { code, out, err } = stowage(folder, ['paths']);
    expect(code).toBe(1);
    expect(out).toContain('/srv/wiki');
    expect(err).toContain('services/blog.yml:1');
  });
});

describe('validate', () => {
  test('says what it saw', () => {
    const outcome = { code: 0, out: '2 contracts, 6 volumes, no problems\n', err: '' };
    expect(stowage(project(), ['validate'])).toEqual(outcome);
    expect(stowage(project(), ['validate', '--quiet'])).toEqual({ ...outcome, out: '' });
    expect(stowage(project(), ['validate', '--format', 'json'])).toEqual({
      ...outcome,
      out: '{"diagnostics":[]}\n',
    });
  });

  test('prints every problem of every file', () => {
    const folder = project();
    put(folder, 'services/blog.yml', 'service_id: [');
    put(folder, 'services/wiki.yml', read(folder, 'services/wiki.yml').replace('reason:', 'raeson:'));
    const text = stowage(folder, ['validate']);
    expect([text.code, text.err]).toEqual([1, '']);
    expect(text.out).toMatch(/^services\/blog\.yml:1:\d+ error STW\d{3} /);
    expect(text.out).toMatch(/\nservices\/wiki\.yml:15:\d+ error STW\d{3} /);
    expect(text.out).toMatch(/\d+ errors(, \d+ \w+)* in \d files\n$/);
    const json = stowage(folder, ['validate', '--format', 'json']);
    expect([json.code, json.err]).toEqual([1, '']);
    expect(text.out.match(/ error STW/g)).toHaveLength(
      (JSON.parse(json.out) as { diagnostics: { severity: string }[] }).diagnostics.filter(
        ({ severity }) => severity === 'error',
      ).length,
    );
  });

  test('colours: only when asked, or on a terminal', () => {
    const folder = project();
    put(folder, 'services/blog.yml', 'service_id: [');
    expect(stowage(folder, ['validate']).out).not.toContain('\u001b');
    expect(stowage(folder, ['validate', '--color']).out).toContain('\u001b[31m');
    expect(stowage(folder, ['validate', '--color'], { NO_COLOR: '1' }).out).toContain('\u001b[31m');
    expect(stowage(folder, ['validate', '--no-color']).out).not.toContain('\u001b');
  });

  test('finds the policy in a folder above', () => {
    const folder = project();
    mkdirSync(join(folder, 'services/deep'));
    expect(stowage(join(folder, 'services/deep'), ['validate'])).toMatchObject({ code: 0 });
  });

  test('a policy that is not there is a finding', () => {
    const { code, out } = stowage(scratch(), ['validate', '--config', 'no.yml', '--format', 'json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ diagnostics: [{ file: 'no.yml', severity: 'error' }] });
  });
});
