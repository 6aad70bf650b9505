import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { append } from '../source/append.js';
import type { Pointer, WrittenDocument } from '../source/document.js';
import { parseYaml } from '../source/parse.js';
import type { InputFile } from '../source/read.js';
import { isMapping } from '../source/yaml-values.js';

/** A value and the place where it is written. */
export interface LocatedValue {
  readonly value: unknown;
  readonly document: WrittenDocument;
  readonly pointer: Pointer;
}

/** Values of one origin, by name. */
export type Layer = ReadonlyMap<string, LocatedValue>;

/** What wins over a contract's own keys and answers its `{{ references }}`. */
export interface ValuesLookup {
  get(name: string): LocatedValue | undefined;
  names(): readonly string[];
}

export const NO_VALUES: ValuesLookup = { get: () => undefined, names: () => [] };

/** Values of several origins; of several that hold a name, the last one wins. */
export function stackOf(layers: readonly Layer[]): ValuesLookup {
  const fromTop = [...layers].reverse();
  return {
    get(name) {
      return fromTop.find((layer) => layer.has(name))?.get(name);
    },
    names: () => [...new Set(layers.flatMap((layer) => [...layer.keys()]))],
  };
}

/** Reads a flat mapping of names to values. */
export function loadValues(input: InputFile): { layer: Layer; diagnostics: Diagnostic[] } {
  const layer = new Map<string, LocatedValue>();
  const parsed = parseYaml(input);
  // A values file may hold nothing but comments.
  const diagnostics = parsed.diagnostics.filter(({ code }) => code !== 'STW003');
  for (const document of parsed.documents) {
    if (!isMapping(document.value)) {
      const message = 'a values file must be a mapping of names to values';
      const hint = 'write one `name: value` per line';
      append(diagnostics, [
        { code: 'STW018', severity: 'error', message, span: document.span([]), hint } as const,
      ]);
      continue;
    }
    for (const [name, value] of Object.entries(document.value)) {
      layer.set(name, { value, document, pointer: [name] });
    }
  }
  return { layer, diagnostics };
}

/** Remembers what was asked for, so that other values that answer alike need not be asked. */
export class Consulted implements ValuesLookup {
  readonly #values: ValuesLookup;
  readonly #answers = new Map<string, LocatedValue | undefined>();

  constructor(values: ValuesLookup) {
    this.#values = values;
  }

  get(name: string): LocatedValue | undefined {
    const answer = this.#values.get(name);
    this.#answers.set(name, answer);
    return answer;
  }

  names(): readonly string[] {
    return this.#values.names();
  }

  /** The names that were asked for. */
  asked(): readonly string[] {
    return [...this.#answers.keys()];
  }

  /** Whether others say the same to everything that was asked. */
  isAnsweredAlike(others: ValuesLookup): boolean {
    return [...this.#answers].every(([name, answer]) => {
      const other = others.get(name);
      return (
        answer === other ||
        (answer !== undefined && other !== undefined && isDeepStrictEqual(answer.value, other.value))
      );
    });
  }
}
