import type { Contract } from '../model/contract.js';
import { loadContracts } from '../contract/load.js';
import { loadInventory, type Inventory } from '../contract/inventory.js';
import { loadValues } from '../contract/values.js';
import { hasErrors } from '../diagnostics/diagnostic.js';
import type { Project } from '../load.js';
import { drawPlan } from '../plan/build.js';
import { rememberTimes } from '../plan/place-in-time.js';
import { loadPolicy } from '../policy/load.js';
import { placedValues, type ValueFiles } from '../policy/placed-values.js';
import { valuesKey, type Deployment, type Policy } from '../model/policy.js';
import type { SourceDocument } from '../source/document.js';
import { parseYaml } from '../source/parse.js';
import { projectTemplates } from '../targets/project-templates.js';
import { TARGETS } from '../targets/registry.js';
import type { RenderedFile, TargetInput } from '../rendering/file.js';
import type { Target } from '../targets/target.js';
import { intlZones } from '../time/intl-zone.js';
import { TemplateError } from '../template/engine.js';
import { rememberTexts } from '../template/remember.js';
import type { TemplateSet } from '../template/template-set.js';

/** One document that a rendering depends on; its value need not be the one that the document holds. */
export interface Input {
  readonly kind: 'policy' | 'values' | 'inventory' | 'contract';
  readonly document: SourceDocument;
  readonly value: unknown;
}

/** Everything that a rendering depends on but the templates; one of them is the policy. */
export type Inputs = readonly Input[];

/** The inputs of a project without errors, with only those contracts. */
export function inputsOf(project: Project, policy: Policy, contracts: readonly Contract[]): Inputs {
  const known = new Set([policy.document.file, ...project.contracts.map(({ document }) => document.file)]);
  const values = [...project.sources].filter(([file]) => !known.has(file));
  const { inventory } = project.values;
  const input = (kind: Input['kind']) => (document: SourceDocument) => ({
    ...{ kind, document, value: document.value },
  });
  return [
    ...[policy.document].map(input('policy')),
    ...values.flatMap(([file, text]) => parseYaml({ file, text }).documents).map(input('values')),
    ...(inventory === null ? [] : parseYaml(inventory).documents).map(input('inventory')),
    ...contracts.flatMap((contract) => writtenAs(project, contract) ?? []).map(input('contract')),
  ];
}

/** A contract as it is in its file, without what values say of it. */
function writtenAs(project: Project, contract: Contract): SourceDocument | null {
  const { file } = contract.document;
  const inFile = project.contracts.filter(({ document }) => document.file === file);
  const { documents } = parseYaml({ file, text: project.sources.get(file) ?? '' });
  return documents[inFile.indexOf(contract)] ?? null;
}

/** What inputs render to. */
export interface Rendering {
  readonly files: ReadonlyMap<string, RenderedFile>;
  /** What planning found wrong: a part of a project lacks services that its policy names. */
  readonly problems: ReadonlySet<string>;
}

/** Renders inputs again and again, and reads only what changed. */
export class Renderer {
  readonly #templates: TemplateSet;
  readonly #policies = new WeakMap<Input, { inventory: Input | null; policy: Policy | null }>();
  readonly #inventories = new WeakMap<Input, Inventory | null>();
  readonly #contracts = new WeakMap<Input, { values: PlacedValues; contracts: readonly Contract[] | null }>();
  readonly #place = rememberTimes();
  readonly #first = new Map<string, { of: string; files: readonly RenderedFile[] }>();
  readonly #valueFiles: ValueFiles;
  #values: { inputs: Inputs; places: string; placed: PlacedValues } | null = null;

  constructor(templates: TemplateSet, valueFiles: ValueFiles) {
    this.#templates = rememberTexts(templates);
    this.#valueFiles = valueFiles;
  }

  /** What `targets` make of inputs, in memory; null when some inputs cannot be read or rendered. */
  render(inputs: Inputs, targets: readonly Target[]): Rendering | null {
    const [first] = inputs.filter(({ kind }) => kind === 'policy');
    const inventory = inputs.find(({ kind }) => kind === 'inventory') ?? null;
    const policy = first === undefined ? null : this.#policy(first, inventory);
    if (policy === null) return null;
    const values = this.#placed(
      inputs.filter(({ kind }) => kind === 'values' || kind === 'inventory'),
      policy.deployments ?? [],
    );
    const contracts = inputs
      .filter(({ kind }) => kind === 'contract')
      .map((input) => this.#contract(input, values));
    if (contracts.includes(null)) return null;
    const { plan, diagnostics } = drawPlan(
      policy,
      contracts.flatMap((loaded) => loaded ?? []),
      intlZones,
      this.#place,
    );
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    try {
      const files = this.#files(
        { plan, runtimes: policy.runtimes, templates: projectTemplates(this.#templates, plan) },
        targets,
      );
      return {
        files: new Map(files.map((file) => [file.path, file])),
        problems: new Set(errors.map(({ code, message }) => `${code} ${message}`)),
      };
    } catch (error) {
      if (error instanceof TemplateError) return null;
      throw error;
    }
  }

  /** Most changes leave the plan as it was at first, and so everything that is rendered from it. */
  #files(input: TargetInput, targets: readonly Target[]): readonly RenderedFile[] {
    const { plan, runtimes } = input;
    const kinds = targets.map((target) => TARGETS.indexOf(target)).join(' ');
    const of = JSON.stringify([plan, runtimes]);
    const first = this.#first.get(kinds);
    if (first?.of === of) return first.files;
    const files = targets.flatMap((target) => target.render(input));
    if (first === undefined) this.#first.set(kinds, { of, files });
    return files;
  }

  #policy(input: Input, inventory: Input | null): Policy | null {
    const known = this.#policies.get(input);
    if (known?.inventory === inventory) return known.policy;
    const { policy } = loadPolicy(asFile(input), null, () => this.#inventory(inventory));
    this.#policies.set(input, { inventory, policy });
    return policy;
  }

  #inventory(input: Input | null): Inventory | null {
    if (input === null) return null;
    const known = this.#inventories.get(input) ?? loadInventory(asFile(input)).inventory;
    this.#inventories.set(input, known);
    return known;
  }

  #placed(inputs: Inputs, deployments: readonly Deployment[]): PlacedValues {
    const hasOwn = deployments.some((deployment) => valuesKey(deployment) !== '');
    const places = hasOwn
      ? JSON.stringify(deployments.map((deployment) => [deployment.services, valuesKey(deployment)]))
      : '';
    const known = this.#values;
    const isSame =
      known?.places === places &&
      known.inputs.length === inputs.length &&
      known.inputs.every((input, index) => input === inputs[index]);
    if (known !== null && isSame) return known.placed;
    const files = inputs.filter(({ kind }) => kind === 'values').map(asFile);
    const inventory = inputs.find(({ kind }) => kind === 'inventory') ?? null;
    const sources = {
      files: this.#valueFiles,
      layers: new Map(files.map((file) => [file.file, loadValues(file).layer])),
      inventory: this.#inventory(inventory),
    };
    const placed = placedValues(sources, deployments);
    this.#values = { inputs, places, placed };
    return placed;
  }

  #contract(input: Input, placed: PlacedValues): readonly Contract[] | null {
    const known = this.#contracts.get(input);
    if (known?.values === placed) return known.contracts;
    const { contracts, diagnostics } = loadContracts([asFile(input)], placed.values, placed.placesOf);
    const loaded = hasErrors(diagnostics) ? null : contracts;
    this.#contracts.set(input, { values: placed, contracts: loaded });
    return loaded;
  }
}

type PlacedValues = ReturnType<typeof placedValues>;

/** JSON is YAML; nobody looks at positions in it. */
function asFile({ document, value }: Input): { file: string; text: string } {
  return { file: document.file, text: JSON.stringify(value) };
}
