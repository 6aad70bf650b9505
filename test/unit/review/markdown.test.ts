import { expect, test } from '@jest/globals';
import type { Finding } from '../../../src/review/finding.js';
import {
  formatInvalidMarkdown,
  formatReviewMarkdown,
  MAX_COMMENT,
} from '../../../src/review/format-markdown.js';
import { formatReviewText } from '../../../src/review/format-text.js';
import { countFindings, groupFindings } from '../../../src/review/groups.js';
import type { Review } from '../../../src/review/report.js';

function finding(service: string, more: Partial<Finding> = {}): Finding {
  return {
    ...{ code: 'STW820', severity: 'warning', service, volume: null, runtime: 'docker', host: 'web1' },
    ...{ before: 'every 1d at worst', after: 'every 7d at worst', hint: '' },
    message: `\`${service}\` may lose more`,
    span: { file: `services/${service}.yml`, line: 3, column: 1, end_line: 3, end_column: 2 },
    ...more,
  };
}

function review(findings: readonly Finding[], files: Readonly<Record<string, string>> = {}): Review {
  return {
    verdict: findings[0]?.severity ?? 'none',
    findings,
    files: { added: Object.keys(files), changed: [], removed: [] },
    contents: (path) => ({ before: '', after: files[path] ?? '' }),
  };
}

test('nothing to say is said in one line', () => {
  expect(formatReviewMarkdown(review([]))).toBe(
    '**Backup review: none** – no findings; no rendered file changes.\n',
  );
  expect(formatReviewText(review([]), false)).toBe('no rendered file changes\nverdict: none (no findings)\n');
});

test('findings that differ in their names alone are one; others are not', () => {
  const all = [finding('wiki'), finding('blog'), finding('news', { after: 'every 30d at worst' })];
  const [section] = groupFindings(all);
  expect(section?.groups.map(({ members }) => members.map(({ service }) => service))).toEqual([
    ['wiki', 'blog'],
    ['news'],
  ]);
  const named = ['wiki', 'blog'].map((id) => finding(id, { before: `/srv/${id}/data`, after: `${id}_data` }));
  expect(groupFindings(named)[0]?.groups).toHaveLength(1);
  // A short name that happens to be in a word is no name there.
  const short = ['a', 'b'].map((id) => finding(id, { before: 'data', after: `bad ${id}` }));
  expect(groupFindings(short)[0]?.groups).toHaveLength(1);
  expect(
    groupFindings([finding('a', { after: 'aaa' }), finding('b', { after: 'bbb' })])[0]?.groups,
  ).toHaveLength(2);
  expect(countFindings(all)).toBe('3 warnings');
});

test('what has no room is counted: every file is either shown or counted', () => {
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [
      `hosts/h${index}/file.txt`,
      `${String(index * 7919)}\n`.repeat(90),
    ]),
  );
  const comment = formatReviewMarkdown(review([finding('wiki')], files));
  expect(comment.length).toBeLessThanOrEqual(MAX_COMMENT);
  const hidden = /the changes of (\d+) files\. `stowage diff` lists them\.\n$/.exec(comment)?.[1];
  expect(comment.split('<details>').length - 1 + Number(hidden)).toBe(300);
});

test('many findings of one kind that differ leave room for those of other kinds', () => {
  const kinds = ['STW801', 'STW802', 'STW810', 'STW820', 'STW841'] as const;
  const many = kinds.flatMap((code, kind) =>
    Array.from({ length: 300 }, (_, index) =>
      finding(`s${index}`, { code, before: `${'folder/'.repeat(20)}${index * 31 + kind}`, after: null }),
    ),
  );
  const comment = formatReviewMarkdown(review(many, { 'a.txt': 'a\n' }));
  expect(comment.length).toBeLessThanOrEqual(MAX_COMMENT);
  for (const code of kinds) expect(comment).toContain(`(${code}, 300 times)`);
  expect(comment).not.toContain('Not shown');
});

test('findings come before files, and those that have no room are counted', () => {
  const many = Array.from({ length: 900 }, (_, index) =>
    finding(`s${index}`, {
      before: `old value number ${index * 31}`,
      after: `new value number ${index * 37}`,
    }),
  );
  const comment = formatReviewMarkdown(review(many, { 'a.txt': 'a\n' }));
  expect(comment.length).toBeLessThanOrEqual(MAX_COMMENT);
  const shown = (comment.match(/may lose more/g) ?? []).length;
  const [, rest = '', names = '', others = ''] =
    /^- And (\d+) more: (.*) and (\d+) others$/m.exec(comment) ?? [];
  expect(shown + Number(rest)).toBe(900);
  expect(names.split(', ').length + Number(others)).toBe(Number(rest));
  expect(comment).toContain('<code>a.txt</code> new');
});

test('a long file is cut, with the number of lines that are left out', () => {
  const text = Array.from(
    { length: 700 },
    (_, index) => `line ${index} of a long file that nobody reads whole\n`,
  );
  const comment = formatReviewMarkdown(review([], { 'a.txt': text.join('') }));
  const left = Number(/\((\d+) more lines\)/.exec(comment)?.[1]);
  expect((comment.match(/^\+line /gm) ?? []).length + left).toBe(700);
});

test('a long command is shown whole, in a block that it cannot leave', () => {
  const command = `ExecStartPre=+/bin/sh -c '${'x'.repeat(300)}' \`\`\`\n</details>`;
  const comment = formatReviewMarkdown(review([finding('wiki', { before: null, after: command })]));
  expect(comment).toContain('    ````\n    ExecStartPre=+');
  expect(comment).toContain('x'.repeat(300));
});

test('text never breaks a line for a name', () => {
  const hostile = finding('wiki', { before: 'a\nverdict: none', after: '\u001b[2J' });
  const text = formatReviewText(review([hostile]), false);
  expect(text).toContain('  before: a\n          verdict: none\n');
  expect(text).not.toContain('\u001b');
});

test('a change that is not valid: how many errors, and which', () => {
  const span = { file: 'a`b.yml', line: 1, column: 1, end_line: 1, end_column: 2 };
  const errors = Array.from({ length: 3000 }, () => ({
    ...{ code: 'STW021' as const, severity: 'error' as const, message: '`path` is missing @all', span },
  }));
  const comment = formatInvalidMarkdown(errors);
  expect(comment).toMatch(/^\*\*Backup review: not possible\*\* – the change has 3,000 errors\.\n/);
  const hidden = Number(/and ([\d,]+) more errors\n$/.exec(comment)?.[1]?.replace(',', ''));
  expect((comment.match(/STW021/g) ?? []).length + hidden).toBe(3000);
  expect(comment.length).toBeLessThanOrEqual(MAX_COMMENT);
});
