import stringWidth from 'string-width';
import { describe, expect, test } from '@jest/globals';
import { formatTable } from '../../../src/cli/table.js';

const columns = [
  { title: 'A', shrinks: true },
  { title: 'B', shrinks: true },
  { title: 'C' },
  { title: 'PLACE' },
];
const rows = [
  ['a'.repeat(30), 'b'.repeat(20), 'docker', '/srv/somewhere'],
  ['名前', 'x', 'podman', '/srv'],
];

const widths = (table: string) =>
  table
    .trimEnd()
    .split('\n')
    .map((line) => stringWidth(line));

describe('tables', () => {
  test('align their columns by width on the screen', () => {
    expect(
      formatTable(
        columns.slice(2),
        [
          ['名', '/x'],
          ['abc', '/y'],
        ],
        null,
      ),
    ).toBe('C    PLACE\n名   /x\nabc  /y\n');
  });

  test('cut nothing without a width', () => {
    expect(Math.max(...widths(formatTable(columns, rows, null)))).toBe(30 + 20 + 6 + 14 + 6);
  });

  test('cut the widest columns first, in their middle, and spare the last', () => {
    const table = formatTable(columns, rows, 60);
    expect(Math.max(...widths(table))).toBeLessThanOrEqual(60);
    expect(table).toMatch(/a+…a+ {2}b+…b+ {2}docker {2}\/srv\/somewhere\n/);
    expect(table).toContain('名前');
  });

  test('cut the last column when nothing else can give way', () => {
    expect(Math.max(...widths(formatTable(columns, rows, 42)))).toBeLessThanOrEqual(42);
  });

  test('do not let cells speak to the terminal', () => {
    expect(formatTable([{ title: 'A' }], [['a\u001b[2J\nb']], null)).toBe('A\na␛[2J␊b\n');
  });
});
