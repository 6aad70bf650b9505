import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CORE_SCHEMA, load, YAML11_SCHEMA } from 'js-yaml';
import { hostileText } from '../support/hostile-text.js';
import { filler } from '../support/template.js';

const SCHEMAS = [CORE_SCHEMA, YAML11_SCHEMA];

/** Key names that JavaScript objects cannot hold as plain data are of no interest here. */
const key = hostileText.filter((text) => text !== '__proto__');

const { node } = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    hostileText,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(key, tie('node'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

/** What a reader of YAML 1.2 and one of YAML 1.1 make of a rendered file; null stands for a refused value. */
function read(text: string | null): unknown[] {
  return text === null ? [] : SCHEMAS.map((schema) => load(text, { schema }));
}

describe('a tag in YAML comes back as the value it was given', () => {
  test.each([
    ['after a key', 'a: {{x}}\nb: 1\n', (x: unknown) => ({ a: x, b: 1 })],
    [
      'deeper, after a key',
      'l:\n  - k: 1\n    a: {{x}}\n    b: 1\n',
      (x: unknown) => ({ l: [{ k: 1, a: x, b: 1 }] }),
    ],
    ['as an item', 'l:\n  - {{x}}\n  - 1\n', (x: unknown) => ({ l: [x, 1] })],
    ['as an item of an item', '- - {{x}}\n  - {{x}}\n', (x: unknown) => [[x, x]]],
    ['in a list on one line', 'a: [{{x}}, 1, {{x}}]\n', (x: unknown) => ({ a: [x, 1, x] })],
    ['in a mapping on one line', 'a: {b: {{x}}, c: 1}\n', (x: unknown) => ({ a: { b: x, c: 1 } })],
    ['below a key', 'a:\n  {{x}}\nb: 1\n', (x: unknown) => ({ a: x, b: 1 })],
    ['as the whole file', '{{x}}\n', (x: unknown) => x],
  ])('%s', (_, template, expected) => {
    const fill = filler('t.yaml.hbs', template);
    fc.assert(
      fc.property(node, (x) => {
        for (const value of read(fill({ x }))) expect(value).toEqual(expected(x));
      }),
      { numRuns: 1000 },
    );
  });

  test('as a key', () => {
    const fill = filler('t.yaml.hbs', 'a:\n{{#each m}}\n  {{@key}}: {{this}}\n{{/each}}\n  last: 1\n');
    fc.assert(
      fc.property(key, (k) => {
        if (k === 'last') return;
        for (const value of read(fill({ m: { [k]: k } }))) expect(value).toEqual({ a: { [k]: k, last: 1 } });
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['after a key', 'a:\n  s: {{block x}}\nb: 1\n', (x: unknown) => ({ a: { s: x }, b: 1 })],
    ['as an item', '- {{block x}}\n- {{block x}}\n', (x: unknown) => [x, x]],
    ['as the whole file', '{{block x}}\n', (x: unknown) => x],
  ])('as a block of text, %s', (_, template, expected) => {
    const fill = filler('t.yaml.hbs', template);
    const lines = fc.array(hostileText, { maxLength: 5 }).map((texts) => texts.join('\n'));
    fc.assert(
      fc.property(lines, (x) => {
        for (const value of read(fill({ x }))) expect(value).toEqual(expected(x));
      }),
      { numRuns: 1000 },
    );
  });

  test('a comment stays a comment', () => {
    const fill = filler('t.yaml.hbs', '# {{comment x}}\na: 1 # {{comment x}}\nb: 2\n');
    fc.assert(
      fc.property(hostileText, (x) => {
        const values = read(fill({ x }));
        expect(values).toEqual([
          { a: 1, b: 2 },
          { a: 1, b: 2 },
        ]);
      }),
      { numRuns: 1000 },
    );
  });
});

test('text is refused only where no UTF-8 file could hold it', () => {
  const fill = filler('t.yaml.hbs', 'a: {{x}}\n');
  fc.assert(
    fc.property(hostileText, (x) => {
      expect(fill({ x }) === null).toBe(/\p{Surrogate}/u.test(x));
    }),
  );
});
