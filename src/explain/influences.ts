import { contractSchemaText, policySchemaText } from '#generated/schemas.js';
import { diffArrays } from 'diff';
import type { ValueFiles } from '../policy/placed-values.js';
import type { Pointer } from '../source/document.js';
import { schemaAt, type JsonSchema } from '../source/schema.js';
import { TARGETS } from '../targets/registry.js';
import type { TemplateSet } from '../template/template-set.js';
import { candidatesFor } from './candidates.js';
import { Renderer, type Input, type Inputs, type Rendering } from './inputs.js';
import { leavesOf, withName, withValue, type Scalar } from './leaves.js';
import { unsetKeys } from './unset.js';

/** A key whose value makes a difference. */
export interface Influence {
  readonly input: Input;
  readonly pointer: Pointer;
  /** Null for a key that nobody wrote: the built-in default is what counts. */
  readonly value: Scalar | null;
}

const SCHEMAS: Readonly<Record<Input['kind'], JsonSchema | null>> = {
  policy: JSON.parse(policySchemaText) as JsonSchema,
  contract: JSON.parse(contractSchemaText) as JsonSchema,
  values: null,
  inventory: null,
};

/** Keys of the policy that say where things are, not what they are. */
const PLACES = ['version', 'contracts', 'values', 'inventory', 'output', 'templates'];

/** Which values there are to try. */
export interface TriedValues {
  readonly files: ValueFiles;
  /** The names that anything asks an inventory for. */
  readonly asked: ReadonlySet<string>;
  /** The hosts of the inventory that matter to the place. */
  readonly hosts: ReadonlySet<string>;
}

/** What is looked at: a file of the tree, or one line of it. */
export interface Place {
  readonly path: string;
  /** Its number, from 1, in the whole project's tree; null for the whole file. */
  readonly line: { readonly number: number; readonly text: string } | null;
}

/**
 * The keys that make a difference to a place, found by experiment: each scalar of the inputs in turn gets another
 * value, and each key that a schema knows and nobody wrote gets one; what changes the place has influence on it.
 * So this stays true whatever the rules and templates are. A key for which no other value is valid has none.
 *
 * @param inputs what the place is rendered from
 * @param varied those of them whose keys are tried
 * @param values where values come from
 * @returns in the order of the inputs; null when the place cannot be made from these inputs
 */
export function influencesOn(
  place: Place,
  inputs: Inputs,
  varied: Inputs,
  templates: TemplateSet,
  values: TriedValues,
): Influence[] | null {
  const renderer = new Renderer(templates, values.files);
  const targets = TARGETS.filter(
    (target) => renderer.render(inputs, [target])?.files.has(place.path) === true,
  );
  const base = renderer.render(inputs, targets);
  const before = base?.files.get(place.path)?.content.split('\n');
  if (base === null || before === undefined) return null;
  const line = place.line === null ? null : indexOfLine(before, place.line);
  if (line === -1) return null;
  const differs = (changed: Inputs): boolean | null => {
    const result = renderer.render(changed, targets);
    if (result === null || !isNoWorse(result, base)) return null;
    return isChanged(before, result.files.get(place.path)?.content.split('\n'), line);
  };
  return varied.flatMap((input) => {
    const replaced = (value: unknown): Inputs =>
      inputs.map((each) => (each === input ? { ...input, value } : each));
    const leaves = leavesOf(input.value).filter(({ pointer }) => isRead(input, pointer, values));
    const written = leaves.flatMap(({ pointer, value }): Influence[] => {
      const schema = schemaOf(input, pointer);
      const others = candidatesFor(value, schema);
      const tries = [
        ...others.map((other) => replaced(withValue(input.value, pointer, other))),
        ...renamings(inputs, input, value),
      ];
      return makesDifference(tries, differs) ? [{ input, pointer, value }] : [];
    });
    const unset = unsetKeys(SCHEMAS[input.kind], input.value).flatMap(
      ({ pointer, examples }): Influence[] => {
        const tries = examples.map((example) => replaced(withValue(input.value, pointer, example)));
        return makesDifference(tries, differs) ? [{ input, pointer, value: null }] : [];
      },
    );
    return [...written, ...unset];
  });
}

/** Whether a key can matter: what no schema describes is read by nobody, unless a reference names it. */
function isRead(input: Input, pointer: Pointer, { asked, hosts }: TriedValues): boolean {
  const root = SCHEMAS[input.kind];
  if (input.kind === 'inventory') {
    const [group, , host, ofHost] = pointer;
    return group === '_meta'
      ? hosts.has(String(host)) && asked.has(String(ofHost))
      : asked.has(String(host)) && pointer[1] === 'vars';
  }
  if (root === null) return true;
  if (input.kind === 'policy') {
    return !PLACES.includes(String(pointer[0])) && !(pointer[0] === 'deployments' && pointer[2] === 'values');
  }
  return schemaAt(root, pointer) !== null || JSON.stringify(input.value).includes(`{{`);
}

/** Where the line is among fewer contracts: at its number, or where its text is. */
function indexOfLine(lines: readonly string[], line: { number: number; text: string }): number {
  return lines[line.number - 1] === line.text ? line.number - 1 : lines.indexOf(line.text);
}

/** Whether the first valid change makes a difference; where it makes none, a second one has to agree. */
function makesDifference(tries: readonly Inputs[], differs: (changed: Inputs) => boolean | null): boolean {
  let agreed = 0;
  for (const changed of tries) {
    const answer = differs(changed);
    if (answer === true) return true;
    if (answer === false) agreed += 1;
    if (agreed === 2) return false;
  }
  return false;
}

/** A name of one's own choice has to change at once wherever it is meant: a contract's names, in the policy too. */
function renamings(inputs: Inputs, from: Input, value: Scalar): Inputs[] {
  if (typeof value !== 'string' || !/^[A-Za-z0-9][\w.-]*$/.test(value)) return [];
  const other = `${value}x`;
  return [
    inputs.map((input) =>
      from.kind === 'contract' && input.kind === 'contract' && input !== from
        ? input
        : { ...input, value: withName(input.value, value, other) },
    ),
  ];
}

function schemaOf(input: Input, pointer: Pointer): JsonSchema | null {
  const root = SCHEMAS[input.kind];
  return root === null ? null : schemaAt(root, pointer);
}

function isNoWorse(result: Rendering, base: Rendering): boolean {
  return [...result.problems].every((problem) => base.problems.has(problem));
}

/** Whether the line with an index, or any line, is not there any more as it was. A file that is gone is another file, not changed. */
function isChanged(
  before: readonly string[],
  after: readonly string[] | undefined,
  line: number | null,
): boolean {
  if (after === undefined) return line === null;
  if (line === null) return before.length !== after.length || before.some((text, at) => text !== after[at]);
  if (before[line] === after[line]) return false;
  let at = 0;
  for (const part of diffArrays([...before], [...after])) {
    if (part.added) continue;
    if (line >= at && line < at + part.value.length) return part.removed;
    at += part.value.length;
  }
  return false;
}
