import { closest } from '../diagnostics/did-you-mean.js';
import { childrenOf } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { allowedTypes, childSchema, type JsonSchema } from '../source/schema.js';
import { isMapping } from '../source/yaml-values.js';

/**
 * Warns of keys that nobody reads and that stand where one that we read is missing: `host_pth` would silently turn a
 * bind mount into a managed volume. Contracts may hold any other key, so only a near miss counts.
 */
export function checkNearKeys(findings: Findings, root: JsonSchema, value: unknown): void {
  visit(findings, root, root, value, []);
}

function visit(
  findings: Findings,
  root: JsonSchema,
  schema: JsonSchema,
  value: unknown,
  pointer: Pointer,
): void {
  if (isMapping(value) && schema.additionalProperties === undefined) {
    for (const key of Object.keys(value)) checkKey(findings, schema, value, [...pointer, key], key);
  }
  for (const [step, child] of childrenOf(value)) {
    const next = childSchema(root, schema, step);
    if (next !== null && allowedTypes(next).length > 0) {
      visit(findings, root, next, child, [...pointer, step]);
    }
  }
}

/** Shorter words than this are one letter away from too many others. */
const SHORTEST = 4;
/** Words at least this long may be two letters away. */
const LONG = 8;

function checkKey(
  findings: Findings,
  schema: JsonSchema,
  mapping: Readonly<Record<string, unknown>>,
  pointer: Pointer,
  key: string,
): void {
  const properties = schema.properties ?? {};
  if (Object.hasOwn(properties, key)) return;
  // A required key that is missing is an error of its own.
  const missing = Object.keys(properties).filter(
    (name) =>
      !Object.hasOwn(mapping, name) &&
      schema.required?.includes(name) !== true &&
      allowedTypes(properties[name] ?? {}).length + (properties[name]?.$ref?.length ?? 0) > 0,
  );
  const short = key.length < SHORTEST ? 0 : key.length < LONG ? 1 : 2;
  const near = closest(
    key,
    missing.filter((name) => name.length >= SHORTEST || short === 0),
    short,
  );
  if (near === null) return;
  findings.warning('STW109', pointer, `nothing reads the key \`${key}\``, {
    part: 'key',
    hint: `did you mean \`${near}\`?`,
  });
}
