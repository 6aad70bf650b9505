import { describe, expect, test } from '@jest/globals';
import { project, put, read, stowage } from './program.js';

interface Answer {
  readonly explanation: {
    readonly path: string;
    readonly line: number | null;
    readonly text: string | null;
    readonly contracts: readonly string[];
    readonly keys: readonly { readonly key: string; readonly file: string; readonly line: number }[];
  } | null;
  readonly diagnostics: readonly { readonly code: string }[];
}

const TIMER = 'hosts/web1/systemd/stowage-lab-backup-wiki.timer';

/** The number of the first line of a rendered file that contains `text`. */
function lineOf(root: string, path: string, text: string): number {
  return (
    read(root, path)
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  );
}

describe('explain', () => {
  test('a line of the tree on disk, named from the working directory', () => {
    const root = project();
    expect(stowage(root, ['render']).code).toBe(0);
    const line = lineOf(root, `rendered/${TIMER}`, 'OnCalendar=');
    const { code, out, err } = stowage(root, ['explain', `rendered/${TIMER}:${line}`]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`${TIMER}:${line}\n  OnCalendar=`);
    expect(out).toContain('systemd/job.timer.hbs');
    expect(out).toContain('(systemd.time(7))');
    const fromBelow = stowage(`${root}/rendered/hosts`, [
      'explain',
      `web1/systemd/stowage-lab-backup-wiki.timer:${line}`,
    ]);
    expect(fromBelow.out).toBe(out);
  });

  test('json, and nothing needs to be written before', () => {
    const { code, out } = stowage(project(), ['explain', TIMER, '--format', 'json']);
    const { explanation, diagnostics } = JSON.parse(out) as Answer;
    expect([code, diagnostics]).toEqual([0, []]);
    expect(explanation).toMatchObject({ path: TIMER, line: null, text: null });
    expect(explanation?.keys.map(({ key }) => key)).toContain('service_id');
  });

  test('no such file, no such line: usage', () => {
    const root = project();
    const wrong = stowage(root, ['explain', 'hosts/web1/systemd/stowage-lab-backup-wikki.timer']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('is not a file of the rendered tree');
    expect(wrong.err).toContain('stowage-lab-backup-wiki.timer');
    const far = stowage(root, ['explain', `${TIMER}:9999`]);
    expect([far.code, far.out]).toEqual([2, '']);
    expect(far.err).toContain('has no line 9999');
  });

  test('an invalid project is reported, not explained', () => {
    const root = project();
    put(root, 'stowage.yml', read(root, 'stowage.yml').replace('repositories:', 'repositoriez:'));
    const { code, out, err } = stowage(root, ['explain', TIMER]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('repositoriez');
  });
});
