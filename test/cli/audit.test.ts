import { describe, expect, test } from '@jest/globals';
import { project, put, stowage } from './program.js';

const AT = ['--at', '2026-11-24T12:00:00Z'];
const snapshot = (service: string, time: string, volumes = ['config', 'data']) => ({
  ...{ time, hostname: service, tags: [`service:${service}`], id: `${service}1`.padEnd(64, '0') },
  paths: volumes.map((volume) => `/backup/${service}/${volume}`),
  summary: { total_files_processed: 1, total_bytes_processed: 2 },
});

/** A project with a list of snapshots; blog's is of last night, wiki has none. */
function audited(snapshots: unknown = [snapshot('blog', '2026-11-24T11:00:00Z')]): string {
  const folder = project();
  put(folder, 'main.json', JSON.stringify(snapshots));
  return folder;
}

describe('audit', () => {
  test('json: what is missing, with exit code 1', () => {
    const { code, out } = stowage(audited(), ['audit', 'main=main.json', ...AT, '--format', 'json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'problems',
      findings: [{ code: 'STW901', kind: 'missing', service: 'wiki', repository: 'main', newest: null }],
    });
  });

  test('text: each finding at the contract that it is about', () => {
    const { code, out } = stowage(audited(), ['audit', 'main=main.json', ...AT]);
    expect(code).toBe(1);
    expect(out).toMatch(/^services\/wiki\.yml:\d+:\d+ error STW901 there is no snapshot of `wiki`/m);
  });

  test('nothing to say: exit code 0', () => {
    const good = ['blog', 'wiki'].map((service) => snapshot(service, '2026-11-24T11:00:00Z'));
    expect(stowage(audited(good), ['audit', 'main=main.json', ...AT])).toMatchObject({
      code: 0,
      out: '2 snapshots, no problems\n',
    });
  });

  test('markdown, SARIF and annotations say the same', () => {
    const folder = audited();
    for (const [format, text] of [
      ['markdown', '**Snapshots: problems**'],
      ['sarif', '"ruleId":"STW901"'],
      ['github', '::error file=services/wiki.yml'],
    ] as const) {
      const { code, out } = stowage(folder, ['audit', 'main=main.json', ...AT, '--format', format]);
      expect([format, code]).toEqual([format, 1]);
      expect(out).toContain(text);
    }
  });

  test('what is no list of restic’s is refused where it stands', () => {
    const folder = project();
    put(folder, 'main.json', '[\n{"id":\n');
    const { code, out } = stowage(folder, ['audit', 'main=main.json', ...AT]);
    expect(code).toBe(1);
    expect(out).toContain('main.json:3:1 error STW910');
    expect(stowage(folder, ['audit', 'main=nowhere.json', ...AT])).toMatchObject({
      code: 1,
      out: expect.stringContaining('(ENOENT)'),
    });
  });

  test.each([
    [['main.json'], 'names no repository and file'],
    [['mian=main.json'], 'did you mean `main`?'],
    [['main=main.json', 'main=main.json'], 'given more than once'],
    [[], 'nothing to look at'],
  ])('%j is a mistake of whoever typed it', (words, says) => {
    const { code, out, err } = stowage(audited(), ['audit', ...words, ...AT]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(says);
  });
});
