import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sarifErrors, type SarifLog } from '../support/sarif-schema.js';
import { readXml } from '../support/xml-reader.js';
import { project, put, read, snapshot, stowage } from './program.js';

const sarif = (out: string): SarifLog => {
  const log = JSON.parse(out) as SarifLog;
  expect(sarifErrors(log)).toEqual([]);
  return log;
};

/** Code, level and file of each result. */
const results = (out: string): string[][] =>
  sarif(out).runs[0].results.map(({ ruleId, level, locations: [{ physicalLocation }] }) => [
    ruleId,
    level,
    physicalLocation.artifactLocation.uri,
  ]);

/** A project with one mistake in one contract. */
function mistaken(): string {
  const folder = project();
  put(
    folder,
    'services/blog.yml',
    read(folder, 'services/blog.yml').replace('target: /data', 'target: data'),
  );
  return folder;
}

/** A project that was rendered, and then differs in every way that a tree can. */
function drifted(): string {
  const folder = project();
  expect(stowage(folder, ['render']).code).toBe(0);
  put(folder, 'services/wiki.yml', read(folder, 'services/wiki.yml').replaceAll('wiki', 'wood'));
  put(folder, 'rendered/runbooks/blog.md', 'mine\n');
  return folder;
}

describe('validate', () => {
  test.each(['sarif', 'github', 'junit', 'gitlab'])(
    '%s: the result alone on stdout, the same exit codes',
    (format) => {
      const clean = stowage(project(), ['validate', '--format', format]);
      expect([clean.code, clean.err]).toEqual([0, '']);
      const failed = stowage(mistaken(), ['validate', '--format', format]);
      expect([failed.code, failed.err]).toEqual([1, '']);
      expect(failed.out).toContain('services/blog.yml');
      expect(failed.out).toContain('STW102');
    },
  );

  test('what each says about a project without mistakes', () => {
    const folder = project();
    expect(results(stowage(folder, ['validate', '--format', 'sarif']).out)).toEqual([]);
    expect(stowage(folder, ['validate', '--format', 'github']).out).toBe('');
    expect(stowage(folder, ['validate', '--format', 'gitlab']).out).toBe('[]\n');
    const suites = readXml(stowage(folder, ['validate', '--format', 'junit']).out).children;
    expect(suites.map(({ attributes }) => attributes.name)).toEqual([
      'services/blog.yml',
      'services/wiki.yml',
      'stowage.yml',
    ]);
  });

  test('files are named from the top of the checkout, wherever the program runs', () => {
    const folder = mistaken();
    const alone = results(stowage(folder, ['validate', '--format', 'sarif']).out);
    expect(alone).toEqual([['STW102', 'error', 'services/blog.yml']]);
    // The policy lies in a folder of the repository.
    const repository = project();
    mkdirSync(join(repository, '.git'));
    for (const [path, text] of Object.entries(snapshot(folder)))
      put(repository, `infra/backups/${path}`, text);
    const run = (cwd: string, ...more: string[]): string[][] =>
      results(stowage(cwd, ['validate', '--format', 'sarif', ...more]).out);
    const expected = [['STW102', 'error', 'infra/backups/services/blog.yml']];
    expect(run(join(repository, 'infra/backups'))).toEqual(expected);
    expect(run(join(repository, 'infra/backups/services'))).toEqual(expected);
    expect(run(repository, '--config', 'infra/backups/stowage.yml')).toEqual(expected);
  });

  test('without a checkout, files are named from the working directory', () => {
    const folder = mistaken();
    mkdirSync(join(folder, 'deep'));
    const { out } = stowage(join(folder, '..'), [
      'validate',
      '--format',
      'github',
      '--config',
      join(folder, 'stowage.yml'),
    ]);
    expect(out).toContain(`file=${folder.split('/').at(-1) ?? ''}/services/blog.yml,line=`);
    // A file outside has no name there but its own.
    const outside = stowage(join(folder, 'deep'), ['validate', '--format', 'sarif']).out;
    expect(results(outside)).toEqual([['STW102', 'error', `file://${folder}/services/blog.yml`]]);
  });

  test('no secret of a contract is part of a report', () => {
    const folder = project();
    put(folder, 'stowage.yml', read(folder, 'stowage.yml').replace('https://', 'https://user:hunter2@'));
    for (const format of ['sarif', 'github', 'junit', 'gitlab']) {
      const { code, out } = stowage(folder, ['validate', '--format', format]);
      expect(code).toBe(1);
      expect(out).toContain('STW027');
      expect(out).not.toContain('hunter2');
    }
  });
});

describe('render --check', () => {
  test('a tree that is current has no findings', () => {
    const folder = project();
    stowage(folder, ['render']);
    const { code, out, err } = stowage(folder, ['render', '--check', '--format', 'sarif']);
    expect([code, err]).toEqual([0, '']);
    expect(results(out)).toEqual([]);
  });

  test('every difference is a result with its path, and says what to do', () => {
    const folder = drifted();
    const { code, out } = stowage(folder, ['render', '--check', '--format', 'sarif']);
    expect(code).toBe(1);
    const found = results(out);
    expect(found).toContainEqual(['STW610', 'error', 'rendered/runbooks/wood.md']);
    expect(found).toContainEqual(['STW610', 'error', 'rendered/runbooks/wiki.md']);
    expect(found).toContainEqual(['STW610', 'error', 'rendered/.stowage/plan.json']);
    expect(found).toContainEqual(['STW604', 'error', 'rendered/runbooks/blog.md']);
    const { drift } = JSON.parse(stowage(folder, ['render', '--check', '--format', 'json']).out) as {
      drift: { path: string }[];
    };
    expect(found.map(([, , file]) => file).sort()).toEqual(
      drift.map(({ path }) => `rendered/${path}`).sort(),
    );
    const messages = sarif(out).runs[0].results.map(({ message }) => message.text);
    for (const message of messages) expect(message).toMatch(/\nhint: (run `stowage render`|move the change)/);
  });

  test('with --force, an edited file is one more difference', () => {
    const { out } = stowage(drifted(), ['render', '--check', '--force', '--format', 'sarif']);
    expect(results(out)).toContainEqual(['STW610', 'error', 'rendered/runbooks/blog.md']);
    expect(results(out).map(([code]) => code)).not.toContain('STW604');
  });

  test('each kind of difference says which it is', () => {
    const { code, out } = stowage(drifted(), ['render', '--check', '--format', 'github']);
    expect(code).toBe(1);
    const start = '::error file=rendered/runbooks';
    expect(out).toContain(
      `${start}/wood.md,title=stowage STW610::rendered/runbooks/wood.md: this file is missing%0A`,
    );
    expect(out).toContain('runbooks/wiki.md: this file is no longer rendered%0A');
    expect(out).toContain('README.md: this file is not what rendering gives now%0A');
    expect(out).toContain('runbooks/blog.md` was edited by hand');
  });

  test('as test results, differences fail and the files that were read pass', () => {
    const { code, out } = stowage(drifted(), ['render', '--check', '--format', 'junit']);
    expect(code).toBe(1);
    const suites = readXml(out).children.map(({ attributes }) => [attributes.name, attributes.failures]);
    expect(suites).toContainEqual(['rendered/runbooks/blog.md', '1']);
    expect(suites).toContainEqual(['stowage.yml', '0']);
  });

  test('what is invalid is reported instead of differences', () => {
    const folder = drifted();
    put(folder, 'services/blog.yml', 'service_id: [');
    const { code, out } = stowage(folder, ['render', '--check', '--format', 'sarif']);
    expect(code).toBe(1);
    expect(results(out).every(([, , file]) => file === 'services/blog.yml')).toBe(true);
  });

  test.each([[['render']], [['render', '--diff']], [['render', '--check', '--diff']]])(
    '%j has no report: exit code 2, nothing written',
    (args) => {
      const folder = project();
      const { code, out, err } = stowage(folder, [...args, '--format', 'sarif']);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('`--format sarif` goes with `--check`');
      expect(Object.keys(snapshot(folder)).some((path) => path.startsWith('rendered/'))).toBe(false);
    },
  );

  test('commands without reports take none', () => {
    const { code, err } = stowage(project(), ['paths', '--format', 'sarif']);
    expect(code).toBe(2);
    expect(err).toContain('"sarif"');
  });
});
