import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import type { SchemaName } from './schemas.js';

const VALIDATOR_TYPES = `export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer to the value that fails. */
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly schema: unknown;
  readonly parentSchema: Readonly<Record<string, unknown>>;
  readonly data: unknown;
  readonly propertyName?: string;
}
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}
export declare const validateContract: Validator;
export declare const validatePolicy: Validator;
export declare const validatePlan: Validator;
export declare const validatePlan1: Validator;
`;

/** A schema without what only editors show: validators carry the rest of it in their errors. */
function withoutProse(text: string): object {
  const prose = new Set(['title', 'description', 'examples', 'default']);
  // Property names are never dropped: a property named like a keyword holds an object, prose does not.
  return JSON.parse(text, function (this: unknown, key: string, value: unknown) {
    const isProse = prose.has(key) && (typeof value !== 'object' || Array.isArray(value));
    return isProse ? undefined : value;
  }) as object;
}

/**
 * Compiles the JSON Schemas to plain functions and writes them to `folder`, so that no run of the program pays for
 * compiling, or loads ajv at all. Also writes the texts of those that `stowage schema` prints.
 */
export async function generateValidators(
  folder: string,
  texts: Readonly<Record<SchemaName, string>>,
): Promise<void> {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allowUnionTypes: true,
    code: { source: true, esm: true },
  });
  ajv.addVocabulary(['x-expected', 'x-code']);
  for (const [name, text] of Object.entries(texts)) ajv.addSchema(withoutProse(text), name);
  const names = {
    validateContract: 'contract',
    validatePolicy: 'policy',
    validatePlan: 'plan',
    validatePlan1: 'plan-1',
  };
  const source = standalone.default(ajv, names);
  await build({
    stdin: { contents: source, resolveDir: process.cwd() },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile: join(folder, 'validators.js'),
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'validators.d.ts'), VALIDATOR_TYPES);
  const entries = (['contract', 'policy'] as const).map((name) => [name, texts[name]] as const);
  const schemas = entries.map(([name, text]) => `export const ${name}SchemaText = ${JSON.stringify(text)};\n`);
  writeFileSync(join(folder, 'schemas.js'), schemas.join(''));
  const types = entries.map(([name]) => `export declare const ${name}SchemaText: string;\n`);
  writeFileSync(join(folder, 'schemas.d.ts'), types.join(''));
}
