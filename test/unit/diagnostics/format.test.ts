import stringWidth from 'string-width';
import { describe, expect, test } from '@jest/globals';
import type { Diagnostic, Span } from '../../../src/diagnostics/diagnostic.js';
import { jsonDocument, toJsonDiagnostics } from '../../../src/diagnostics/format-json.js';
import { formatText, summary } from '../../../src/diagnostics/format-text.js';
import { frame } from '../../../src/diagnostics/frame.js';
import { printable, printableLines } from '../../../src/diagnostics/printable.js';

const ESC = '\u001b';

function span(line: number, column: number, end_line: number, end_column: number): Span {
  return { file: 'a.yml', line, column, end_line, end_column };
}

function found(where: Span, more: Partial<Diagnostic> = {}): Diagnostic {
  return { code: 'STW603', severity: 'error', message: 'wrong', span: where, ...more };
}

function text(source: string, ...diagnostics: Diagnostic[]): string {
  return formatText(diagnostics, new Map([['a.yml', source]]), { color: false });
}

describe('text', () => {
  test('shows place, message, line, marker, hint and counts', () => {
    const first = found(span(2, 3, 2, 11), { hint: 'did you mean `host_path`?' });
    const second = found(span(3, 1, 3, 2), { severity: 'warning', message: 'doubtful' });
    expect(text('a: 1\n  host_pth: /srv\nb: 2\n', first, second)).toBe(
      [
        'a.yml:2:3 error STW603 wrong',
        '  2 |   host_pth: /srv',
        '    |   ^~~~~~~~',
        '  hint: did you mean `host_path`?',
        '',
        'a.yml:3:1 warning STW603 doubtful',
        '  3 | b: 2',
        '    | ^',
        '',
        '1 error, 1 warning in 1 file',
        '',
      ].join('\n'),
    );
  });

  test('is empty for nothing', () => {
    expect(text('')).toBe('');
    expect(summary([])).toBe('');
  });

  test('counts errors, warnings, notes and files', () => {
    const other = { ...span(1, 1, 1, 1), file: 'b.yml' };
    const list = [found(span(1, 1, 1, 1)), found(other), found(other, { severity: 'info' })];
    expect(summary(list)).toBe('2 errors, 1 note in 2 files');
  });

  test('a finding about a whole file shows no line', () => {
    expect(text('secret: x\n', found(span(1, 1, 1, 1)))).not.toContain('secret');
  });

  test('a line that may hold a secret is not shown', () => {
    const output = text('password: hunter2\n', found(span(1, 11, 1, 18), { sensitive: true }));
    expect(output).toContain('a.yml:1:11 error');
    expect(output).not.toContain('hunter2');
  });

  test('a position past the end of the text, or an unknown file, shows no line', () => {
    expect(text('a\n', found(span(9, 1, 9, 2))).split('\n')).toHaveLength(4);
    expect(text('a\n', found({ ...span(2, 1, 2, 2), file: 'other.yml' })).split('\n')).toHaveLength(4);
  });

  test('lines end as in YAML, and a byte order mark takes no column', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(text(`\ufeffa${end}bcd${end}`, found(span(2, 2, 2, 3)))).toContain('  2 | bcd\n    |  ^\n');
      expect(text(`\ufeffabc${end}`, found(span(1, 2, 1, 4)))).toContain('  1 | abc\n    |  ^~\n');
    }
  });

  test('nothing from a file reaches the terminal as a control character', () => {
    const evil = `${ESC}]0;title\u0007${ESC}[2J\u009b31m\u202e\ud800`;
    const diagnostic = found({ ...span(1, 2, 1, 3), file: evil }, { message: evil, hint: evil });
    const output = formatText([diagnostic], new Map([[evil, evil]]), { color: false });
    // eslint-disable-next-line no-control-regex -- the test is about them
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\ud800]/);
    expect(output).toContain('␛]0;title␇␛[2J<U+009B>31m<U+202E><U+D800>');
  });

  test('colours only when asked to', () => {
    const diagnostic = found(span(1, 1, 1, 2));
    const colored = formatText([diagnostic], new Map([['a.yml', 'abc']]), { color: true });
    expect(colored).toContain(ESC);
    // eslint-disable-next-line no-control-regex -- the test is about them
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(text('abc', diagnostic));
  });
});

describe('frames', () => {
  const marked = (line: string, column: number, end: number, width = 100) =>
    frame(line, span(1, column, 1, end), width, 6);

  test('a span of several lines is marked to the end of its first', () => {
    expect(frame('key: |', span(1, 6, 3, 2), 100, 6)).toEqual({ source: 'key: |', marker: '     ^' });
    expect(frame('- abc', span(1, 3, 2, 1), 100, 6).marker).toBe('  ^~~');
  });

  test('an empty span, and one at the end of the line, have one caret', () => {
    expect(marked('ab', 2, 2).marker).toBe(' ^');
    expect(marked('ab', 3, 3).marker).toBe('  ^');
    expect(marked('', 1, 1)).toEqual({ source: '', marker: '^' });
  });

  test('tabs stay, so that any tab width aligns', () => {
    expect(marked('\ta:\tb', 5, 6)).toEqual({ source: '\ta:\tb', marker: '\t  \t^' });
  });

  test('a marked tab is as wide as on the screen', () => {
    // Cell 6 to the stop at 8.
    expect(marked('\tkey: x', 1, 2).marker).toBe('^~');
  });

  test.each([
    ['wide', '名前: x'],
    ['combining', 'cafe\u0301: x'],
    ['emoji', '👩‍👩‍👧: x'],
    ['astral', '𝒳𝒴: x'],
    ['control', 'a\u0000b\u009b: x'],
  ])('the caret stands below the character: %s', (_, line) => {
    const column = Array.from(line).length;
    const { source, marker } = marked(line, column, column + 1);
    expect(source.endsWith('x')).toBe(true);
    expect(stringWidth(marker)).toBe(stringWidth(source));
    expect(marker.trim()).toBe('^');
  });

  test('a wide character is marked over its whole width', () => {
    expect(marked('名前', 1, 3).marker).toBe('^~~~');
  });

  test.each([
    ['at the start', 1],
    ['in the middle', 5000],
    ['at the end', 9998],
  ])('a long line is cut around the span: %s', (_, column) => {
    const line = Array.from({ length: 9998 }, (__, index) => String(index % 10)).join('');
    const { source, marker } = marked(line, column, column + 1, 60);
    expect(stringWidth(source)).toBeLessThanOrEqual(60);
    expect(source[marker.indexOf('^')]).toBe(line[column - 1]);
    expect(source.startsWith('…')).toBe(column > 60);
    expect(source.endsWith('…')).toBe(column < 9900);
  });

  test('a long span is cut too', () => {
    const { source, marker } = marked(`ab${'x'.repeat(500)}cd`, 3, 503, 60);
    expect(source).toMatch(/^abx+…$/);
    expect(marker).toMatch(/^ {2}\^~+$/);
    expect(stringWidth(source)).toBeLessThanOrEqual(60);
  });

  test('a cut through wide characters leaves whole ones', () => {
    const { source, marker } = marked('😀'.repeat(1000), 500, 501, 41);
    expect(source).not.toContain('\ufffd');
    expect(source.replaceAll('😀', '')).toBe('……');
    expect(stringWidth(source)).toBeLessThanOrEqual(41);
    expect(marker).toMatch(/^ +\^~$/);
  });

  test('a line of a megabyte is no problem', () => {
    const line = 'x'.repeat(1024 * 1024);
    expect(stringWidth(marked(line, 500_000, 900_000, 60).source)).toBeLessThanOrEqual(60);
  });
});

describe('printable', () => {
  test('keeps what people write, joiners and marks included', () => {
    for (const sample of ['naïve', '名前', '👩‍👩‍👧', 'नमस्ते', 'a b']) expect(printable(sample)).toBe(sample);
  });

  test('keeps line feeds and tabs where lines are wanted', () => {
    expect(printable('a\n\tb')).toBe('a␊␉b');
    expect(printableLines('a\n\tb\r')).toBe('a\n\tb␍');
  });
});

describe('JSON', () => {
  const formatJson = (diagnostics: Diagnostic[]) =>
    jsonDocument({ diagnostics: toJsonDiagnostics(diagnostics) });

  test('has exactly the keys of the interface, in their order', () => {
    const output = formatJson([
      found(span(3, 5, 3, 12), { hint: 'do', sensitive: true }),
      found(span(4, 1, 4, 2)),
    ]);
    expect(output).toBe(
      '{"diagnostics":[{"code":"STW603","severity":"error","message":"wrong","file":"a.yml","line":3,"column":5,' +
        '"end_line":3,"end_column":12,"hint":"do"},{"code":"STW603","severity":"error","message":"wrong",' +
        '"file":"a.yml","line":4,"column":1,"end_line":4,"end_column":2,"hint":null}]}\n',
    );
  });

  test('holds nothing that a terminal obeys, and the same value', () => {
    const message = `${ESC}[2J\u009b\u007f\u202e\u2028`;
    const output = formatJson([found(span(1, 1, 1, 1), { message })]);
    // eslint-disable-next-line no-control-regex -- the test is about them
    expect(output.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
    expect((JSON.parse(output) as { diagnostics: Diagnostic[] }).diagnostics[0]?.message).toBe(message);
  });
});
