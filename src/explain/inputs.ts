import type { Contract } from '../model/contract.js';
import { loadContracts } from '../contract/load.js';
import { loadValues, type ValuesLookup } from '../contract/values.js';
import { hasErrors } from '../diagnostics/diagnostic.js';
import type { Project } from '../load.js';
import { drawPlan } from '../plan/build.js';
import { rememberTimes } from '../plan/place-in-time.js';
import { loadPolicy } from '../policy/load.js';
import type { Policy } from '../model/policy.js';
import type { SourceDocument } from '../source/document.js';
import { parseYaml } from '../source/parse.js';
import { projectTemplates } from '../targets/project-templates.js';
import { TARGETS } from '../targets/registry.js';
import type { RenderedFile, TargetInput } from '../rendering/file.js';
import type { Target } from '../targets/target.js';
import { intlZones } from '../time/intl-zone.js';
import { TemplateError } from '../template/engine.js';
import type { TemplateSet } from '../template/template-set.js';

/** One document that a rendering depends on; its value need not be the one that the document holds. */
export interface Input {
  readonly kind: 'policy' | 'values' | 'contract';
  readonly document: SourceDocument;
  readonly value: unknown;
}

/** Everything that a rendering depends on but the templates; one of them is the policy. */
export type Inputs = readonly Input[];

/** The inputs of a project without errors, with only those contracts. */
export function inputsOf(project: Project, policy: Policy, contracts: readonly Contract[]): Inputs {
  const known = new Set([policy.document.file, ...project.contracts.map(({ document }) => document.file)]);
  const values = [...project.sources].filter(([file]) => !known.has(file));
  const input = (kind: Input['kind']) => (document: SourceDocument) => ({
    ...{ kind, document, value: document.value },
  });
  return [
    ...[policy.document].map(input('policy')),
    ...values.flatMap(([file, text]) => parseYaml({ file, text }).documents).map(input('values')),
    ...contracts.map(({ document }) => document).map(input('contract')),
  ];
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
  readonly #policies = new WeakMap<Input, Policy | null>();
  readonly #contracts = new WeakMap<Input, { values: ValuesLookup; contracts: readonly Contract[] | null }>();
  readonly #place = rememberTimes();
  readonly #first = new Map<string, { of: string; files: readonly RenderedFile[] }>();
  #values: { inputs: Inputs; lookup: ValuesLookup } | null = null;

  constructor(templates: TemplateSet) {
    this.#templates = templates;
  }

  /** What `targets` make of inputs, in memory; null when some inputs cannot be read or rendered. */
  render(inputs: Inputs, targets: readonly Target[]): Rendering | null {
    const [first] = inputs.filter(({ kind }) => kind === 'policy');
    const policy = first === undefined ? null : this.#policy(first);
    if (policy === null) return null;
    const values = this.#lookup(inputs.filter(({ kind }) => kind === 'values'));
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

  #policy(input: Input): Policy | null {
    const known = this.#policies.get(input);
    if (known !== undefined) return known;
    const { policy } = loadPolicy(asFile(input));
    this.#policies.set(input, policy);
    return policy;
  }

  #lookup(inputs: Inputs): ValuesLookup {
    const isSame = this.#values?.inputs.every((input, index) => input === inputs[index]) === true;
    if (this.#values === null || !isSame) {
      this.#values = { inputs, lookup: loadValues(inputs.map(asFile)).values };
    }
    return this.#values.lookup;
  }

  #contract(input: Input, values: ValuesLookup): readonly Contract[] | null {
    const known = this.#contracts.get(input);
    if (known?.values === values) return known.contracts;
    const { contracts, diagnostics } = loadContracts([asFile(input)], values);
    const loaded = hasErrors(diagnostics) ? null : contracts;
    this.#contracts.set(input, { values, contracts: loaded });
    return loaded;
  }
}

/** JSON is YAML; nobody looks at positions in it. */
function asFile({ document, value }: Input): { file: string; text: string } {
  return { file: document.file, text: JSON.stringify(value) };
}
