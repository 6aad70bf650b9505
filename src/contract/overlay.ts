import type { Span } from '../diagnostics/diagnostic.js';
import type { Pointer, WrittenDocument } from '../source/document.js';
import type { JsonSchema } from '../source/schema.js';
import { emptyMapping, isMapping } from '../source/yaml-values.js';
import type { LocatedValue, ValuesLookup } from './values.js';

/**
 * A contract as Ansible has it where these values hold: contracts are defaults of roles, so every key of an inventory
 * wins over the file's own, a mapping as a whole (docs.ansible.com, "Understanding variable precedence"). Only keys that
 * contracts have: the rest of an inventory is about other things.
 */
export function overlay(own: WrittenDocument, schema: JsonSchema, values: ValuesLookup): WrittenDocument {
  if (!isMapping(own.value)) return own;
  const over = new Map<string, LocatedValue>();
  for (const name of Object.keys(schema.properties ?? {})) {
    const given = values.get(name);
    if (given !== undefined) over.set(name, given);
  }
  return over.size === 0 ? own : new OverlaidDocument(own, over);
}

class OverlaidDocument implements WrittenDocument {
  readonly file: string;
  readonly value: unknown;
  readonly #own: WrittenDocument;
  readonly #over: ReadonlyMap<string, LocatedValue>;

  constructor(own: WrittenDocument, over: ReadonlyMap<string, LocatedValue>) {
    const value = Object.assign(emptyMapping(), own.value);
    for (const [name, given] of over) value[name] = given.value;
    this.file = own.file;
    this.value = value;
    this.#own = own;
    this.#over = over;
  }

  span(pointer: Pointer, part?: 'key' | 'value', within?: { start: number; end: number }): Span {
    const place = this.#written(pointer);
    return place.document.span(place.pointer, part, within);
  }

  raw(pointer: Pointer): string | null {
    const place = this.#written(pointer);
    return place.document.raw(place.pointer);
  }

  isFloat(pointer: Pointer): boolean {
    const place = this.#written(pointer);
    return place.document.isFloat(place.pointer);
  }

  #written(pointer: Pointer): Omit<LocatedValue, 'value'> {
    const [name, ...rest] = pointer;
    const over = name === undefined ? undefined : this.#over.get(String(name));
    if (over === undefined) return { document: this.#own, pointer };
    return { document: over.document, pointer: [...over.pointer, ...rest] };
  }
}

/** A contract in which what references took from elsewhere stands where it is written. */
export function pointingTo(
  own: WrittenDocument,
  origins: ReadonlyMap<string, LocatedValue>,
): WrittenDocument {
  if (origins.size === 0) return own;
  const written = (pointer: Pointer): Omit<LocatedValue, 'value'> => {
    for (let length = pointer.length; length > 0; length--) {
      const origin = origins.get(JSON.stringify(pointer.slice(0, length)));
      if (origin === undefined) continue;
      return { document: origin.document, pointer: [...origin.pointer, ...pointer.slice(length)] };
    }
    return { document: own, pointer };
  };
  return {
    ...{ file: own.file, value: own.value },
    span(pointer, part, within) {
      // A key is the contract's own, whatever its value is.
      const place = part === 'key' ? { document: own, pointer } : written(pointer);
      return place.document.span(place.pointer, part, within);
    },
    raw(pointer) {
      const place = written(pointer);
      return place.document.raw(place.pointer);
    },
    isFloat(pointer) {
      const place = written(pointer);
      return place.document.isFloat(place.pointer);
    },
  };
}
