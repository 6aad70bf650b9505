/** The parts of a JSON Schema that we walk ourselves: which keys are read, and what they are for. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** Follows a `$ref` into the root's `$defs`, the only place that our schemas refer to. */
export function dereference(root: JsonSchema, schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace('#/$defs/', '');
  return name === undefined ? schema : (root.$defs?.[name] ?? {});
}

/** The schema of the value under `step`, or null where the schema does not describe it. */
export function childSchema(root: JsonSchema, schema: JsonSchema, step: string | number): JsonSchema | null {
  const next = typeof step === 'number' ? schema.items : propertySchema(schema, step);
  return next === null || next === undefined ? null : dereference(root, next);
}

function propertySchema(schema: JsonSchema, key: string): JsonSchema | null {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key))
    return schema.properties[key] ?? null;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : null;
}

/** The schema of the value at `pointer`, or null. */
export function schemaAt(root: JsonSchema, pointer: readonly (string | number)[]): JsonSchema | null {
  let schema: JsonSchema | null = root;
  for (const step of pointer) {
    schema = childSchema(root, schema, step);
    if (schema === null) return null;
  }
  return schema;
}

/** The types that a schema allows; empty where it does not say, which is how our schemas mark what is never read. */
export function allowedTypes(schema: JsonSchema): readonly string[] {
  if (schema.type === undefined) return [];
  return typeof schema.type === 'string' ? [schema.type] : schema.type;
}
