import type { Pointer } from './document.js';
import { schemaAt, type JsonSchema } from './schema.js';
import { isMapping } from './yaml-values.js';

/** Longer examples would be no help in one line; the key's meaning is. */
const LONGEST_EXAMPLE = 70;

/** What is right for the value at `pointer`: an example from the schema, else the meaning of its key. */
export function valueHint(schema: JsonSchema, pointer: Pointer, message: string): string | undefined {
  const depth = pointer.findLastIndex((step) => typeof step === 'string');
  const key = pointer[depth];
  if (typeof key !== 'string') return undefined;
  const known = schemaAt(schema, pointer.slice(0, depth + 1));
  const example = flow(known?.examples?.[0]);
  // A message that already shows right values needs no further one.
  if (example !== null && !message.includes('such as')) return `for example \`${key}: ${example}\``;
  return known?.description === undefined ? undefined : `\`${key}\`: ${lowerFirst(known.description)}`;
}

/** A right name for an entry of the mapping that holds `pointer`. */
export function nameHint(schema: JsonSchema, pointer: Pointer): string | undefined {
  const example = schemaAt(schema, pointer.slice(0, -1))?.examples?.[0];
  const name = isMapping(example) ? Object.keys(example)[0] : undefined;
  return name === undefined ? undefined : `for example \`${name}\``;
}

/** What the key that is missing at `pointer` is for. */
export function missingKeyHint(schema: JsonSchema, pointer: Pointer): string {
  const meaning = schemaAt(schema, pointer)?.description;
  return `add \`${String(pointer.at(-1))}\`${meaning === undefined ? '' : `: ${lowerFirst(meaning)}`}`;
}

/** YAML of one line, which JSON is; null where there is nothing short to show. */
function flow(example: unknown): string | null {
  if (example === undefined || example === null) return null;
  const isPlain =
    typeof example === 'string' && /^[\w/@][\w./:@ -]*$/.test(example) && !/: | $/.test(example);
  const text = isPlain ? example : JSON.stringify(example, null, 1).replaceAll(/\n */g, ' ');
  return text.length > LONGEST_EXAMPLE ? null : text;
}

function lowerFirst(sentence: string): string {
  const text = sentence.replace(/\.$/, '');
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
