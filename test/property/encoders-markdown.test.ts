import { describe, expect, test } from '@jest/globals';
import { Parser } from 'commonmark';
import fc from 'fast-check';
import { hostileText } from '../support/hostile-text.js';
import { filler } from '../support/template.js';

interface Shown {
  /** Kinds of the nodes that hold structure, in order. */
  readonly structure: readonly string[];
  /** Text of text nodes. */
  readonly text: string;
  /** Text of code spans and blocks. */
  readonly code: readonly string[];
}

/** What a CommonMark reader makes of a Markdown text. */
function read(markdown: string): Shown {
  const walker = new Parser().parse(markdown).walker();
  const structure: string[] = [];
  const code: string[] = [];
  let text = '';
  for (let event = walker.next(); event !== null; event = walker.next()) {
    const { node, entering } = event;
    if (!entering) continue;
    if (node.type === 'text') text += node.literal ?? '';
    else structure.push(node.type);
    if (node.type === 'code' || node.type === 'code_block') code.push(node.literal ?? '');
  }
  return { structure, text, code };
}

function folded(text: string): string {
  // eslint-disable-next-line no-control-regex -- vertical tab and form feed end lines as well
  return text.replace(/\r\n|[\n\r\u000b\u000c\u2028\u2029]/g, ' ');
}

describe('text in Markdown is shown as it is', () => {
  test.each([
    ['alone', '{{x}}\n', ['document', 'paragraph'], '', ''],
    ['within a line', 'a {{x}} b\n', ['document', 'paragraph'], 'a ', ' b'],
    ['against other text', 'a{{x}}b\n', ['document', 'paragraph'], 'a', 'b'],
    ['in a heading', '## {{x}}\n', ['document', 'heading'], '', ''],
    ['as an item', '- {{x}}\n', ['document', 'list', 'item', 'paragraph'], '', ''],
    ['as a numbered item', '1. {{x}}\n', ['document', 'list', 'item', 'paragraph'], '', ''],
    ['in bold', '**a {{x}} b**\n', ['document', 'paragraph', 'strong'], 'a ', ' b'],
    ['before a bracket', '{{x}}[y](z)\n', ['document', 'paragraph', 'link'], '', 'y'],
    ['behind a bracket', '[y]{{x}}\n', ['document', 'paragraph'], '[y]', ''],
    ['twice', '{{x}}{{x}}\n', ['document', 'paragraph'], null, ''],
  ])('%s', (_, template, structure, before, after) => {
    const fill = filler('t.md.hbs', template);
    fc.assert(
      fc.property(hostileText, (x) => {
        const markdown = fill({ x });
        if (markdown === null || /^\s*$/.test(x)) return;
        const shown = read(markdown);
        expect(shown.structure).toEqual(structure);
        expect(shown.text).toBe(before === null ? folded(x) + folded(x) : before + folded(x) + after);
      }),
      { numRuns: 1000 },
    );
  });

  test('in a table, where only a bare pipe ends a cell', () => {
    const fill = filler('t.md.hbs', '| {{x}} | {{code x}} |\n');
    fc.assert(
      fc.property(hostileText, (x) => {
        const row = fill({ x });
        if (row === null) return;
        expect(row.match(/(?<!\\)\|/g)?.length).toBe(3);
        expect(row.match(/\n/g)?.length).toBe(1);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('code in Markdown is shown as it is', () => {
  test.each([
    ['within a line', 'a {{code x}} b\n', 'a  b'],
    ['twice', '{{code x}} {{code x}}\n', ' '],
  ])('%s', (_, template, text) => {
    const fill = filler('t.md.hbs', template);
    fc.assert(
      fc.property(hostileText, (x) => {
        const markdown = fill({ x });
        if (markdown === null) return;
        const shown = read(markdown);
        expect(new Set(shown.code)).toEqual(new Set([folded(x)]));
        expect(shown.text).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test('a table cell of GFM gives back the code when its escaped pipes are undone', () => {
    const fill = filler('t.md.hbs', '| {{code x}} |\n');
    fc.assert(
      fc.property(hostileText, (x) => {
        const row = fill({ x });
        if (row === null) return;
        // GFM 4.10: `\|` becomes `|` before the cell is read as inlines.
        const cell = row.slice(2, -3).replaceAll('\\|', '|');
        expect(read(cell).code).toEqual([folded(x)]);
      }),
      { numRuns: 1000 },
    );
  });
});

test('a command cannot leave its fenced block', () => {
  const fill = filler('t.md.hbs', '```sh\nrestic restore {{x}}\n{{x}}\n```\n\nafter\n');
  fc.assert(
    fc.property(hostileText, (x) => {
      const markdown = fill({ x });
      if (markdown === null) return;
      expect(read(markdown)).toMatchObject({
        structure: ['document', 'code_block', 'paragraph'],
        text: 'after',
      });
    }),
    { numRuns: 1000 },
  );
});

test('a line of a file cannot leave its fenced block, and is shown as it is', () => {
  const fill = filler('t.md.hbs', '~~~~yaml\n{{x}}\nend\n~~~~\n\nafter\n');
  fc.assert(
    fc.property(hostileText, (x) => {
      const markdown = fill({ x });
      if (markdown === null) return;
      expect(markdown).toBe(`~~~~yaml\n${x}\nend\n~~~~\n\nafter\n`);
      expect(read(markdown)).toMatchObject({
        structure: ['document', 'code_block', 'paragraph'],
        text: 'after',
      });
    }),
    { numRuns: 1000 },
  );
  expect([fill({ x: '~~~~' }), fill({ x: ' ```' }), fill({ x: 'a\nb' })]).toEqual([null, null, null]);
});

test('a comment stays a comment', () => {
  const fill = filler('t.md.hbs', '<!-- {{comment x}} -->\n\nafter <!-- {{comment x}} --> all\n');
  fc.assert(
    fc.property(hostileText, (x) => {
      const markdown = fill({ x });
      expect(markdown).not.toBeNull();
      const shown = read(markdown ?? '');
      expect(shown).toMatchObject({
        structure: ['document', 'html_block', 'paragraph', 'html_inline'],
        text: 'after  all',
      });
    }),
    { numRuns: 1000 },
  );
});
