import { candidatesFor, isScalar } from './candidates.js';
import type { Pointer } from '../source/document.js';
import { dereference, type JsonSchema } from '../source/schema.js';
import { isMapping } from '../source/yaml-values.js';

export interface UnsetKey {
  readonly pointer: Pointer;
  /** What the schema gives as examples and as possible values, and variations of them: an example may be the default. */
  readonly examples: readonly unknown[];
}

interface ExampleSchema extends JsonSchema {
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
}

function variationsOf(example: unknown): readonly unknown[] {
  if (isScalar(example)) return candidatesFor(example, null);
  const items: readonly unknown[] = Array.isArray(example) ? example : [];
  const others = items.filter(isScalar).map((item) => candidatesFor(item, null)[0] ?? item);
  return others.length === 0 ? [] : [others];
}

/**
 * The keys that a schema knows, with examples of their values, and that `value` does not hold. Mappings whose keys
 * are names (`repositories`) are entered where they are written; lists are not entered.
 */
export function unsetKeys(root: JsonSchema | null, value: unknown): UnsetKey[] {
  return root === null ? [] : walk(root, root, value, []);
}

function walk(root: JsonSchema, schema: JsonSchema, value: unknown, pointer: Pointer): UnsetKey[] {
  const given = isMapping(value) ? value : {};
  const known = Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const child = dereference(root, property) as ExampleSchema;
    const at = [...pointer, key];
    if (child.properties !== undefined || child.additionalProperties !== undefined) {
      return walk(root, child, given[key], at);
    }
    const examples = [
      ...(child.enum ?? []),
      ...(child.examples ?? (property as ExampleSchema).examples ?? []),
    ];
    if (given[key] !== undefined || examples.length === 0) return [];
    return [{ pointer: at, examples: [...examples, ...examples.flatMap(variationsOf)] }];
  });
  const named = schema.additionalProperties;
  if (typeof named !== 'object') return known;
  const names = Object.keys(given).filter((key) => !Object.hasOwn(schema.properties ?? {}, key));
  const entry = dereference(root, named);
  return [...known, ...names.flatMap((name) => walk(root, entry, given[name], [...pointer, name]))];
}
