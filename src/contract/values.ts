import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { append } from '../source/append.js';
import type { Pointer } from '../source/document.js';
import { parseYaml } from '../source/parse.js';
import type { InputFile } from '../source/read.js';
import { isMapping } from '../source/yaml-values.js';
import type { YamlDocument } from '../source/yaml-document.js';

/** A value and the place where it is written. */
export interface LocatedValue {
  readonly value: unknown;
  readonly document: YamlDocument;
  readonly pointer: Pointer;
}

/** What `{{ references }}` in contracts find outside the contract: the policy's `values` files. */
export interface ValuesLookup {
  get(name: string): LocatedValue | undefined;
  names(): readonly string[];
}

/** Reads flat mappings of names to values; of several files that hold a name, the last one wins. */
export function loadValues(inputs: readonly InputFile[]): {
  values: ValuesLookup;
  diagnostics: Diagnostic[];
} {
  const found = new Map<string, LocatedValue>();
  const diagnostics: Diagnostic[] = [];
  for (const input of inputs) {
    const parsed = parseYaml(input);
    // A values file may hold nothing but comments.
    append(
      diagnostics,
      parsed.diagnostics.filter(({ code }) => code !== 'STW003'),
    );
    for (const document of parsed.documents) {
      if (!isMapping(document.value)) {
        const message = 'a values file must be a mapping of names to values';
        const hint = 'write one `name: value` per line';
        diagnostics.push({ code: 'STW018', severity: 'error', message, span: document.span([]), hint });
        continue;
      }
      for (const [name, value] of Object.entries(document.value)) {
        found.set(name, { value, document, pointer: [name] });
      }
    }
  }
  const names = [...found.keys()];
  return { values: { get: (name) => found.get(name), names: () => names }, diagnostics };
}
