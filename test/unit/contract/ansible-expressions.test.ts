import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { resolveReferences } from '../../../src/contract/references.js';
import { parseYaml } from '../../../src/source/parse.js';
import { NO_VALUES } from '../../support/values.js';

/** What Ansible itself (core 2.19) gave for each expression, with these variables. */
const fixture = (name: string) => new URL(`../../fixtures/${name}`, import.meta.url);
const variables = readFileSync(fixture('ansible-expressions.yml'), 'utf8');
const { values, errors, refused } = JSON.parse(readFileSync(fixture('ansible-expressions.json'), 'utf8')) as {
  readonly values: readonly (readonly [string, unknown])[];
  readonly errors: readonly string[];
  /** Ansible understands them, and we say that we do not. */
  readonly refused: readonly string[];
};

const anything = ['string', 'number', 'boolean', 'array', 'object', 'null'];
const SCHEMA = {
  type: 'object',
  properties: { field: { type: anything, items: { type: ['string', 'number'] } } },
};

function resolved(expression: string) {
  const text = `${variables}field: ${JSON.stringify(expression)}\n`;
  const [document] = parseYaml({ file: 'a.yml', text }).documents;
  if (document === undefined) throw new Error(text);
  const { value, diagnostics } = resolveReferences(document, SCHEMA, NO_VALUES);
  const wrong = diagnostics.filter(({ severity }) => severity === 'error');
  const { field } = JSON.parse(JSON.stringify(value)) as { field: unknown };
  return { field, codes: wrong.map(({ code }) => code) };
}

describe('expressions give what Ansible makes of them', () => {
  test.each(values)('%s', (expression, expected) => {
    expect(resolved(expression)).toEqual({ field: expected, codes: [] });
  });

  test.each(errors)('%s is an error', (expression) => {
    expect(resolved(expression).codes).toHaveLength(1);
  });

  test.each(refused)('%s is refused, never guessed', (expression) => {
    expect(resolved(expression).codes).toEqual([expect.stringMatching(/^STW11[14]$/)]);
  });
});
