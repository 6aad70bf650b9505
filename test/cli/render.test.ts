import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { contract, project, put, read, scratch, snapshot, stowage } from './program.js';

interface Document {
  readonly written: string[];
  readonly unchanged: number;
  readonly removed: string[];
  readonly drift: { path: string; kind: string }[];
  readonly diagnostics: { code: string; file: string }[];
  readonly diff?: string;
}

function json(folder: string, ...args: string[]): Document & { code: number | null } {
  const { code, out, err } = stowage(folder, ['render', '--format', 'json', ...args]);
  expect(err).toBe('');
  expect(out.endsWith('\n') && out.indexOf('\n') === out.length - 1).toBe(true);
  return { code, ...(JSON.parse(out) as Document) };
}

const tree = (folder: string) => snapshot(join(folder, 'rendered'));

/** A file of the tree that is about one service. */
function fileOf(folder: string, service: string): string {
  const path = Object.keys(tree(folder)).find((name) =>
    name.endsWith(`stowage-lab-backup-${service}.service`),
  );
  if (path === undefined) throw new Error(`nothing is rendered for ${service}`);
  return path;
}

describe('render', () => {
  test('writes the tree, then nothing', () => {
    const folder = project();
    const first = json(folder);
    expect(Object.keys(first)).toEqual(['code', 'written', 'unchanged', 'removed', 'drift', 'diagnostics']);
    expect(first).toMatchObject({ code: 0, unchanged: 0, removed: [], drift: [], diagnostics: [] });
    expect(first.written).toEqual(Object.keys(tree(folder)));
    expect(first.written).toContain('.stowage/manifest.json');
    const second = json(folder);
    expect(second).toMatchObject({
      code: 0,
      written: [],
      unchanged: first.written.length,
      removed: [],
      drift: [],
    });
  });

  test('names a folder elsewhere as it was typed', () => {
    const folder = project();
    const outside = `../${basename(scratch())}/tree`;
    const { code, out } = stowage(folder, ['render', '--out', `${outside}/`]);
    expect([code, out.includes(folder)]).toEqual([0, false]);
    expect(out).toMatch(new RegExp(`^${outside.replaceAll('.', '\\.')}: wrote \\d+ files`, 'm'));
    expect(out).toContain(`Next: read ${outside}/README.md;`);
  });

  test('keeps out of the way of another run', () => {
    const folder = project();
    const mark = `.stowage/staging/${process.pid}@${encodeURIComponent(hostname())}.run`;
    put(folder, `rendered/${mark}`, '');
    expect(stowage(folder, ['render'])).toEqual({
      code: 2,
      out: '',
      err:
        `stowage: another run (process ${process.pid} on ${hostname()}) is writing \`rendered\`\n` +
        `  hint: run this one again when that one has ended; if there is none, remove rendered/${mark}\n`,
    });
    expect(Object.keys(tree(folder))).toEqual([mark]);
  });

  test('tells people what is covered and where to read on', () => {
    const folder = project();
    const { code, out, err } = stowage(folder, ['render']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/wiki +data +docker@web1 +yes\n/);
    expect(out).toMatch(/wiki +cache +docker@web1 +no: made again on start\n/);
    expect(out).toContain('docker      2 services: 4 volumes protected, 2 volumes waived\n');
    expect(out).toMatch(/rendered: wrote \d+ files, 0 files unchanged\n/);
    expect(out).toContain('rendered/README.md');
    expect(stowage(folder, ['render', '--quiet'])).toEqual({ code: 0, out: '', err: '' });
  });

  test('writes nothing when anything is invalid', () => {
    const folder = project();
    json(folder);
    const before = tree(folder);
    put(folder, 'services/new.yml', contract('new'));
    put(folder, 'services/wiki.yml', 'service_id: [');
    const failed = json(folder);
    expect(failed).toMatchObject({ code: 1, written: [], unchanged: 0, removed: [], drift: [] });
    expect(failed.diagnostics.map(({ file }) => file)).toContain('services/wiki.yml');
    const text = stowage(folder, ['render', '--force']);
    expect([text.code, text.out]).toEqual([1, '']);
    expect(text.err).toContain('services/wiki.yml:1');
    expect(tree(folder)).toEqual(before);
  });

  test('removes what left the plan, and keeps what was edited', () => {
    const folder = project();
    json(folder);
    const blog = Object.keys(tree(folder)).filter((path) => path.includes('blog'));
    const edited = fileOf(folder, 'blog');
    put(folder, `rendered/${edited}`, 'by hand');
    put(folder, 'rendered/notes.txt', 'mine');
    rmSync(join(folder, 'services/blog.yml'));
    const result = json(folder);
    expect(result.code).toBe(1);
    expect(result.removed).toEqual(blog.filter((path) => path !== edited));
    expect(result.drift).toEqual([{ path: edited, kind: 'edited' }]);
    expect(result.diagnostics).toMatchObject([{ code: 'STW604', file: `rendered/${edited}` }]);
    expect(json(folder, '--force')).toMatchObject({ code: 0, removed: [edited], drift: [] });
    expect(tree(folder)).toMatchObject({ 'notes.txt': 'mine' });
  });

  test('an output that cannot be written: exit code 2, a plain message, no document', () => {
    const folder = project();
    put(folder, 'file', 'x');
    for (const format of ['text', 'json']) {
      const { code, out, err } = stowage(folder, ['render', '--out', 'file/tree', '--format', format]);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/^stowage: cannot mkdir `.*`: .* \(ENOTDIR\)\n$/);
    }
    expect(stowage(folder, ['render', '--out', '.'])).toMatchObject({ code: 1, out: '' });
  });
});

describe('--check', () => {
  test('lists what differs and writes nothing', () => {
    const folder = project();
    const missing = stowage(folder, ['render', '--check']);
    expect(missing.code).toBe(1);
    expect(missing.out).toMatch(/^added {3}rendered\/\.gitattributes$/m);
    expect(tree(folder)).toEqual({});
    json(folder);
    expect(stowage(folder, ['render', '--check'])).toEqual({ code: 0, out: '', err: '' });
    const unit = fileOf(folder, 'wiki');
    put(folder, `rendered/${unit}`, 'by hand');
    rmSync(join(folder, 'services/blog.yml'));
    const before = tree(folder);
    const { code, drift, written } = json(folder, '--check');
    expect([code, written]).toEqual([1, []]);
    expect(drift).toContainEqual({ path: unit, kind: 'edited' });
    expect(drift).toContainEqual({ path: fileOf(folder, 'blog'), kind: 'removed' });
    expect(drift).toContainEqual({ path: '.stowage/plan.json', kind: 'changed' });
    expect(tree(folder)).toEqual(before);
  });
});

describe('--diff', () => {
  test('prints a patch that makes the tree what rendering gives', () => {
    const folder = project();
    json(folder);
    put(folder, 'services/new.yml', contract('new'));
    rmSync(join(folder, 'services/blog.yml'));
    const before = tree(folder);
    const { code, out } = stowage(folder, ['render', '--diff']);
    expect(code).toBe(1);
    expect(tree(folder)).toEqual(before);
    expect(json(folder, '--diff').diff).toBe(out);
    const patched = spawnSync('patch', ['-p1', '--silent'], { cwd: folder, input: out, encoding: 'utf8' });
    expect([patched.status, patched.stdout]).toEqual([0, '']);
    const after = tree(folder);
    json(folder);
    expect(tree(folder)).toEqual(after);
    expect(stowage(folder, ['render', '--diff'])).toEqual({ code: 0, out: '', err: '' });
  });
});

describe('--service and --runtime', () => {
  test('write their part and leave the rest', () => {
    const folder = project();
    json(folder);
    const before = tree(folder);
    const policy = read(folder, 'stowage.yml')
      .replace('keep_daily: 7', 'keep_daily: 9')
      .replace('@daily', '@weekly');
    put(folder, 'stowage.yml', policy);
    const { written, removed } = json(folder, '--service', 'w*');
    expect(removed).toEqual([]);
    expect(written).toContain(fileOf(folder, 'wiki').replace(/\.service$/, '.timer'));
    const after = tree(folder);
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed).toEqual(written);
    expect(changed.every((path) => path.includes('wiki') || path === '.stowage/manifest.json')).toBe(true);
    expect(json(folder, '--runtime', 'podman').written).toEqual([]);
  });

  test('a service that nobody knows is a mistake', () => {
    const folder = project();
    const { code, diagnostics } = json(folder, '--service', 'wikki');
    expect(code).toBe(1);
    expect(diagnostics).toMatchObject([{ code: 'STW609', hint: 'did you mean `wiki`?' }]);
    expect(tree(folder)).toEqual({});
  });
});

describe('the same input gives the same bytes', () => {
  test('from another folder, in other time zones and languages, with other umasks', () => {
    const folder = project();
    json(folder);
    const expected = tree(folder);
    const copy = join(scratch(), 'elsewhere');
    cpSync(folder, copy, { recursive: true });
    rmSync(join(copy, 'rendered'), { recursive: true });
    const environments = [
      { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8' },
      { TZ: 'America/St_Johns', LC_ALL: 'C', LANG: '' },
      { LC_ALL: 'ja_JP.UTF-8', NO_COLOR: '1', CI: 'true' },
    ];
    for (const [index, environment] of environments.entries()) {
      const out = join(copy, `out${index}`);
      const args = ['render', '--config', join(copy, 'stowage.yml'), '--out', out];
      const umask = process.umask(index === 0 ? 0o077 : 0o002);
      const { code } = stowage('/', args, environment);
      process.umask(umask);
      expect(code).toBe(0);
      expect(snapshot(out)).toEqual(expected);
      const modes = (root: string) => Object.keys(expected).map((path) => statSync(join(root, path)).mode);
      expect(modes(out)).toEqual(modes(join(folder, 'rendered')));
    }
  });

  test('messages do not depend on them either', () => {
    const folder = project();
    const plain = stowage(folder, ['validate', '--nope']);
    expect(stowage(folder, ['validate', '--nope'], { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' })).toEqual(
      plain,
    );
  });
});
