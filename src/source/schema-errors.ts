import type { SchemaError } from '#generated/validators.js';
import { CODES, type DiagnosticCode } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Pointer, WrittenDocument } from './document.js';
import { Findings, type FindingOptions } from './findings.js';
import type { JsonSchema } from './schema.js';
import { missingKeyHint, nameHint, valueHint } from './schema-hints.js';
import { suggest, suggestionHint } from './suggest.js';
import { isMapping, LiteralText, VaultedValue } from './yaml-values.js';

export interface SchemaCheck {
  readonly document: WrittenDocument;
  /** What was validated: the document's value, references resolved. */
  readonly value: unknown;
  readonly schema: JsonSchema;
  /** Whether something is already reported about the value at (or above) a pointer. */
  readonly isReported?: (pointer: Pointer) => boolean;
}

/** Of several complaints about one value, only the first of these is the mistake; the others follow from it. */
const VALUE_KEYWORDS = [
  'type',
  'not',
  'const',
  'enum',
  'minLength',
  'minItems',
  'minProperties',
  'pattern',
  'minimum',
  'maximum',
];

/** The validator's errors as diagnostics: one for each real mistake, at the key or value that is wrong. */
export function schemaDiagnostics(check: SchemaCheck, errors: readonly SchemaError[]): Diagnostic[] {
  const findings = new Findings(check.document);
  const located = errors
    .map((error) => ({ error, pointer: toPointer(error, check.value) }))
    .filter(({ pointer }) => check.isReported?.(pointer) !== true);
  const misspelt = new Set<string>();
  for (const { error, pointer } of located) {
    if (error.keyword === 'additionalProperties') misspelt.add(reportUnknownKey(findings, error, pointer));
  }
  const values = new Map<string, { error: SchemaError; pointer: Pointer }>();
  for (const entry of located) {
    if (entry.error.keyword === 'required') {
      reportMissingKey(findings, check, entry.error, entry.pointer, misspelt);
    } else if (VALUE_KEYWORDS.includes(entry.error.keyword)) {
      const place = JSON.stringify(entry.pointer);
      const rank = VALUE_KEYWORDS.indexOf(entry.error.keyword);
      const known = values.get(place);
      if (known === undefined || rank < VALUE_KEYWORDS.indexOf(known.error.keyword)) values.set(place, entry);
    }
  }
  for (const { error, pointer } of values.values()) reportValue(findings, check, error, pointer);
  return findings.diagnostics;
}

/** JSON pointer to steps; a step into a list becomes a number. A wrong property name adds itself. */
function toPointer(error: SchemaError, root: unknown): Pointer {
  const steps: (string | number)[] = [];
  let value = root;
  for (const part of error.instancePath.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const step = Array.isArray(value) ? Number(name) : name;
    steps.push(step);
    value = Array.isArray(value) ? value[Number(name)] : isMapping(value) ? value[name] : undefined;
  }
  if (error.propertyName !== undefined) steps.push(error.propertyName);
  return steps;
}

/** Returns parent and name of the key that was probably meant, as {@link reportMissingKey} looks them up. */
function reportUnknownKey(findings: Findings, error: SchemaError, pointer: Pointer): string {
  const name = String(error.params.additionalProperty);
  const allowed = Object.keys(error.parentSchema.properties ?? {});
  const parent = pointer.at(-1);
  const place = typeof parent === 'string' ? ` in \`${parent}\`` : '';
  const hint = suggestionHint(name, allowed);
  findings.error('STW020', [...pointer, name], `unknown key \`${name}\`${place}`, {
    part: 'key',
    ...withHint(hint),
  });
  return JSON.stringify([...pointer, suggest(name, allowed)]);
}

function reportMissingKey(
  findings: Findings,
  check: SchemaCheck,
  error: SchemaError,
  pointer: Pointer,
  misspelt: ReadonlySet<string>,
): void {
  const name = String(error.params.missingProperty);
  if (misspelt.has(JSON.stringify([...pointer, name]))) return;
  const similar = isMapping(error.data) ? suggest(name, Object.keys(error.data)) : null;
  const known = error.parentSchema.properties ?? {};
  const hint =
    similar !== null && !Object.hasOwn(known, similar)
      ? `did you mean \`${name}\` where \`${similar}\` stands?`
      : missingKeyHint(check.schema, [...pointer, name]);
  const place = typeof pointer.at(-1) === 'string' ? ` in \`${String(pointer.at(-1))}\`` : '';
  findings.error('STW021', pointer, `\`${name}\` is missing${place}`, { part: 'key', hint });
}

function withHint(hint: string | undefined): FindingOptions {
  return hint === undefined ? {} : { hint };
}

function reportValue(findings: Findings, check: SchemaCheck, error: SchemaError, pointer: Pointer): void {
  const { document, schema } = check;
  switch (error.keyword) {
    case 'type':
      reportType(findings, check, error, pointer);
      return;
    case 'not': {
      const raw = document.raw(pointer) ?? String(error.data);
      const hint = `quote it: \`"${raw}"\``;
      findings.error('STW023', pointer, `${nameOf(pointer)} is a number, so YAML may change its digits`, {
        hint,
      });
      return;
    }
    case 'enum':
      reportEnum(findings, check, error, pointer);
      return;
    default: {
      const isName = error.propertyName !== undefined;
      const message = `${isName ? 'this name' : nameOf(pointer)} must ${demandOf(error)}`;
      const hint = isName ? nameHint(schema, pointer) : valueHint(schema, pointer, message);
      findings.error(codeOf(error), pointer, message, {
        ...(isName ? { part: 'key' } : {}),
        ...withHint(hint),
      });
    }
  }
}

function demandOf({ keyword, params, parentSchema }: SchemaError): string {
  switch (keyword) {
    case 'const':
      return `be ${String(params.allowedValue)}`;
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return 'not be empty';
    case 'minimum':
      return `be at least ${String(params.limit)}`;
    case 'maximum':
      return `be at most ${String(params.limit)}`;
    default: {
      const expected = parentSchema['x-expected'];
      return `be ${typeof expected === 'string' ? expected : 'in the documented form'}`;
    }
  }
}

function codeOf(error: SchemaError): DiagnosticCode {
  const code = error.parentSchema['x-code'];
  return typeof code === 'string' && Object.hasOwn(CODES, code) ? (code as DiagnosticCode) : 'STW025';
}

/** The value's key, or its key and index, for messages. */
function nameOf(pointer: Pointer): string {
  const last = pointer.at(-1);
  if (last === undefined) return 'the document';
  if (typeof last === 'string') return `\`${last}\``;
  const owner = pointer.findLast((step) => typeof step === 'string');
  return owner === undefined ? `entry ${last + 1}` : `entry ${last + 1} of \`${owner}\``;
}

function reportEnum(findings: Findings, { schema }: SchemaCheck, error: SchemaError, pointer: Pointer): void {
  const allowed = error.params.allowedValues;
  const texts = (Array.isArray(allowed) ? allowed : []).filter((value) => typeof value === 'string');
  const list = texts.map((text) => `\`${text}\``).join(', ');
  const close = typeof error.data === 'string' ? suggest(error.data, texts) : null;
  const message = `${nameOf(pointer)} must be one of ${list}`;
  const hint = close === null ? valueHint(schema, pointer, message) : `did you mean \`${close}\`?`;
  findings.error('STW025', pointer, message, withHint(hint));
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a mapping',
};

function reportType(findings: Findings, check: SchemaCheck, error: SchemaError, pointer: Pointer): void {
  const type = error.params.type;
  const wanted = (Array.isArray(type) ? type : [type]).map(String).filter((word) => word !== 'null');
  const value = error.data;
  const name = nameOf(pointer);
  if (wanted.includes('boolean') && typeof value === 'string' && /^(?:yes|no|on|off)$/i.test(value)) {
    const meant = /^(?:yes|on)$/i.test(value) ? 'true' : 'false';
    const message = `${name} must be \`true\` or \`false\`; YAML 1.2 reads \`${value}\` as text`;
    findings.error('STW024', pointer, message, { hint: `write \`${meant}\`` });
    return;
  }
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const raw = isScalar ? (check.document.raw(pointer) ?? String(value)) : '';
  const isQuotable = isScalar && wanted.includes('string') && fitsPattern(error, raw);
  const code = isQuotable && /^0[0-7]+$/.test(raw) ? 'STW023' : 'STW022';
  const message = `${name} must be ${typeWords(error, wanted, isQuotable)}, but is ${describeValue(value)}`;
  const isOneItem = wanted.includes('array') && typeof value === 'string';
  const listHint = 'write it as a list: one `- ` line each';
  const otherHint = isOneItem ? listHint : valueHint(check.schema, pointer, message);
  findings.error(code, pointer, message, withHint(isQuotable ? `quote it: \`"${raw}"\`` : otherHint));
}

/** What was expected: the schema's own words, unless the value only lacks quotes. */
function typeWords(error: SchemaError, wanted: readonly string[], isQuotable: boolean): string {
  const expected = error.parentSchema['x-expected'];
  if (typeof expected === 'string' && !isQuotable) return expected;
  return [...new Set(wanted.map((word) => TYPE_WORDS[word] ?? word))].join(' or ');
}

/** Whether the value would be right once it is quoted. */
function fitsPattern(error: SchemaError, text: string): boolean {
  const { pattern } = error.parentSchema;
  return typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text);
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof VaultedValue) return 'a vaulted value';
  if (value instanceof LiteralText) return 'text tagged `!unsafe`';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return `the boolean \`${String(value)}\``;
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a decimal number';
  return 'a mapping';
}
