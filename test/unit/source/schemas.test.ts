import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

/** Each key of the schema by its path, once, with the schema that it has there. */
function keysOf(root: Schema): Map<string, Schema> {
  const keys = new Map<string, Schema>();
  const seen = new Set<string>();
  const visit = (node: Schema, path: string): void => {
    const name = node.$ref?.split('/').at(-1) ?? '';
    const schema = { ...root.$defs?.[name], ...node };
    if (path !== '') keys.set(path, schema);
    if (seen.has(name)) return;
    if (name !== '') seen.add(name);
    for (const [key, child] of Object.entries(schema.properties ?? {})) visit(child, `${path}.${key}`);
    if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties, `${path}.*`);
    for (const [key, child] of Object.entries(schema.items?.properties ?? {}))
      visit(child, `${path}[].${key}`);
    if (schema.items?.$ref !== undefined) visit(schema.items, `${path}[]`);
  };
  visit(root, '');
  return keys;
}

describe.each(['policy', 'contract'])('the schema of a %s, as editors show it', (kind) => {
  const root = JSON.parse(readFileSync(`dist/schemas/${kind}.schema.json`, 'utf8')) as Schema;
  const keys = [...keysOf(root)].filter(([path]) => !path.endsWith(']'));

  test('has keys', () => {
    expect(keys.length).toBeGreaterThan(60);
  });

  test.each(keys)('%s says what it is, in a sentence', (path, { description = '' }) => {
    expect(description).toMatch(/^[A-Z`]|^(?:restic|systemd|tmpfs|vzdump)\b/);
    expect(description).toMatch(/\.$/);
    expect(description.split(' ').length).toBeGreaterThan(1);
    // A name said again explains nothing.
    const words = description.toLowerCase().replace(/[^a-z ]/g, '');
    expect(words).not.toBe(path.split('.').at(-1)?.replaceAll('_', ' '));
  });

  test('gives examples that are themselves valid', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    const wrong = keys.flatMap(([path, schema]) => {
      const valid = ajv.compile({ ...schema, $defs: root.$defs });
      const bad = (schema.examples ?? []).filter((example) => !valid(example));
      return bad.map((example) => `${path}: ${JSON.stringify(example)}`);
    });
    expect(wrong).toEqual([]);
  });
});
