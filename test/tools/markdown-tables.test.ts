import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hostileText } from '../support/hostile-text.js';
import { filler } from '../support/template.js';

/** Between two tables, so that none runs into the next. */
const BETWEEN = '<!-- next -->';

/** The tables of a Markdown text as GitHub's own reader shows them: one list of cells each, in HTML. */
function tables(rows: readonly string[]): string[][] {
  const input = rows.map((row) => `| a | b |\n| --- | --- |\n${row}`).join(`\n${BETWEEN}\n\n`);
  const { stdout, status, error } = spawnSync('cmark-gfm', ['--extension', 'table', '--unsafe'], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error !== undefined)
    throw new Error(`this test needs the Debian package \`cmark-gfm\`: ${error.message}`);
  expect(status).toBe(0);
  return stdout
    .split(BETWEEN)
    .map((table) => [...table.matchAll(/<td>([^]*?)<\/td>/g)].map(([, cell]) => cell ?? ''));
}

function decoded(html: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' };
  return html.replace(/&(lt|gt|quot|amp);/g, (_, name: string) => entities[name] ?? '');
}

test('GitHub shows every text and every code span of a table as it is, pipes and backslashes too', () => {
  const fill = filler('t.md.hbs', '| {{x}} | {{code x}} |\n');
  const pipes = ['|', '\\|', '\\\\|', 'a\\|b', '`|`', '`\\|', '|`', 'a\\', '||', '\\|\\|'];
  const rows = [...pipes, ...fc.sample(hostileText, { numRuns: 1500, seed: 1 })].flatMap((text) => {
    const row = fill({ x: text });
    return row === null ? [] : [{ text, row }];
  });
  expect(rows.length).toBeGreaterThan(1000);
  const shown = tables(rows.map(({ row }) => row));
  for (const [index, { text, row }] of rows.entries()) {
    // eslint-disable-next-line no-control-regex -- vertical tab and form feed end lines as well
    const folded = text.replace(/\r\n|[\n\r\u000b\u000c\u2028\u2029]/g, ' ');
    const cells = (shown[index] ?? []).map(decoded);
    expect([row, ...cells]).toEqual([row, folded, `<code>${folded}</code>`]);
  }
});
