import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileTemplate } from '../../../src/template/compile-template.js';
import { renderProgram } from '../../../src/template/render.js';
import { Trace } from '../../../src/template/trace.js';
import type { Program } from '../../../src/template/program.js';

function programOf(name: string, text: string): Program {
  const { program, problems } = compileTemplate(name, 'shell', text);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return program;
}

/** For each line of the output the template lines that wrote it. */
function writers(text: string, context: unknown, more: Readonly<Record<string, string>> = {}): string[] {
  const others = Object.entries(more).map(([name, source]): [string, Program] => [
    name,
    programOf(name, source),
  ]);
  const templates = Object.fromEntries<Program>([
    ['a/main.sh.hbs', programOf('a/main.sh.hbs', text)],
    ...others,
  ]);
  const trace = new Trace();
  const lines = renderProgram(templates, 'a/main.sh.hbs', context, trace).split('\n');
  return lines.map((line, index) => {
    const found = trace.line(index + 1).map(({ template, at: [row], expression }) => {
      const file = template === 'a/main.sh.hbs' ? '' : `${template}:`;
      return `${file}${row}${expression === null ? '' : `{${expression}}`}`;
    });
    return `${line} < ${[...new Set(found)].join(' ')}`;
  });
}

describe('where lines come from', () => {
  test('text and tags', () => {
    expect(writers('one\n\ntwo {{a}} {{b}}\n', { a: 'x', b: 'y' })).toEqual([
      'one < 1',
      ' < 2',
      'two x y < 3 3{a} 3{b}',
      ' < ',
    ]);
  });

  test('blocks that have a line of their own leave no line behind', () => {
    const text = 'begin\n{{#each list}}\n  item {{this}}\n{{/each}}\n{{#if no}}\nnever\n{{/if}}\n\nend\n';
    expect(writers(text, { list: ['a', 'b'], no: false })).toEqual([
      'begin < 1',
      '  item a < 3 3{this}',
      '  item b < 3 3{this}',
      ' < 8',
      'end < 9',
      ' < ',
    ]);
  });

  test('partials', () => {
    const parts = { 'a/part.sh.hbs': '# head\npart {{x}}\n' };
    expect(writers('one\n{{> a/part}}\nthree\n', { x: 'v' }, parts)).toEqual([
      'one < 1',
      '# head < a/part.sh.hbs:1',
      'part v < a/part.sh.hbs:2 a/part.sh.hbs:2{x}',
      'three < 3',
      ' < ',
    ]);
  });
});

test('whatever blocks stand around, a line of text knows its own line', () => {
  const block = fc.constantFrom('text', 'if', 'no', 'each', 'blank');
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 12 }), (blocks) => {
      const rows: string[] = [];
      for (const kind of blocks) {
        const line = (): string => `echo L${rows.length + 1}`;
        if (kind === 'text') rows.push(line());
        else if (kind === 'blank') rows.push('');
        else {
          rows.push(kind === 'if' ? '{{#if yes}}' : kind === 'no' ? '{{#if no}}' : '{{#each list}}');
          rows.push(line());
          rows.push(kind === 'each' ? '{{/each}}' : '{{/if}}');
        }
      }
      const found = writers(`${rows.join('\n')}\n`, { yes: true, no: false, list: [1, 2] });
      for (const line of found) {
        const [, named] = /^echo L(\d+)/.exec(line) ?? [];
        if (named !== undefined) expect(line).toBe(`echo L${named} < ${named}`);
      }
    }),
  );
});
