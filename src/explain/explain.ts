import type { Contract } from '../model/contract.js';
import type { Project } from '../load.js';
import type { Policy } from '../model/policy.js';
import { RUNTIME_VARIABLE } from '../policy/inventory-places.js';
import { wholeId } from '../policy/match-services.js';
import { asList, asMapping, asText } from '../source/access.js';
import type { Span } from '../diagnostics/diagnostic.js';
import type { RenderedFile } from '../rendering/file.js';
import type { TemplateSet } from '../template/template-set.js';
import { influencesOn, type Influence, type TriedValues } from './influences.js';
import { inputsOf } from './inputs.js';
import type { Recorded } from './origins.js';
import { rulesFor } from './rules/registry.js';

/** A tag or a text of a template. */
export interface ExplainedTemplate {
  /** Name in the templates' folder. */
  readonly template: string;
  readonly line: number;
  readonly column: number;
  /** The tag without braces; null for text. */
  readonly expression: string | null;
}

/** A key of the policy, of a contract or of a values file. */
export interface ExplainedKey {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `defaults.retention.keep_daily`, `deployments[0].host`. */
  readonly key: string;
  /** Null when nobody wrote the key: stowage's default counts, and the position is where the key would go. */
  readonly value: string | number | boolean | null;
}

interface ExplainedRule {
  readonly says: string;
  readonly source: string;
}

/** What made a file of the tree, or one line of it. */
export interface Explanation {
  readonly path: string;
  /** Null for the whole file. */
  readonly line: number | null;
  readonly text: string | null;
  /** The contracts that shape the file; empty when every contract does. */
  readonly contracts: readonly string[];
  readonly templates: readonly ExplainedTemplate[];
  /** Null when they could not be found: too many contracts shape the file. */
  readonly keys: readonly ExplainedKey[] | null;
  readonly rules: readonly ExplainedRule[];
}

/** Trying every key of more contracts than this takes too long. */
const MOST_CONTRACTS = 12;

/** What there is to explain. */
export interface Subject {
  readonly project: Project;
  readonly policy: Policy;
  readonly file: RenderedFile;
  /** From 1, not behind the last; null for the whole file. */
  readonly line: number | null;
}

/**
 * Explains a file of the tree of a project without errors, or one line of it.
 *
 * @param recorded what the file was rendered with
 */
export function explain(subject: Subject, recorded: Recorded): Explanation {
  const { policy, file, line } = subject;
  const lines = file.content.split('\n');
  const text = line === null ? null : (lines[line - 1] ?? '');
  const numbers = line === null ? lines.map((_, index) => index + 1) : [line];
  return {
    path: file.path,
    line,
    text,
    contracts: file.sources.filter((source) => source !== policy.document.file),
    templates:
      line === null
        ? templatesOfFile(recorded, file.content, numbers)
        : templatesOfLine(recorded, file.content, line),
    keys: keysOf(subject, text, recorded.plain),
    rules: text === null ? [] : rulesFor(file.path, text).map(({ says, source }) => ({ says, source })),
  };
}

function templatesOfLine(recorded: Recorded, content: string, line: number): ExplainedTemplate[] {
  const found = recorded.origins(content, line).map(({ template, at: [row, column], expression }) => ({
    ...{ template, line: row, column, expression },
  }));
  const seen = new Set<string>();
  return found.filter(({ template, line: row, expression }) => {
    const name = `${template}:${row}:${expression ?? ''}`;
    return !seen.has(name) && seen.add(name);
  });
}

/** Each template once, by its first line that wrote something. */
function templatesOfFile(recorded: Recorded, content: string, lines: readonly number[]): ExplainedTemplate[] {
  const names = new Map<string, ExplainedTemplate>();
  for (const line of lines) {
    for (const { template } of recorded.origins(content, line)) {
      if (!names.has(template)) names.set(template, { template, line: 1, column: 1, expression: null });
    }
  }
  return [...names.values()];
}

function keysOf(subject: Subject, text: string | null, templates: TemplateSet): ExplainedKey[] | null {
  const { project, policy, file, line } = subject;
  const contracts = contractsOf(subject, text);
  const inputs = inputsOf(project, policy, contracts);
  const isShared = file.sources.length === 0 && line === null;
  const varied = isShared ? inputs.filter(({ kind }) => kind !== 'contract') : inputs;
  const place = { path: file.path, line: line === null || text === null ? null : { number: line, text } };
  return (
    influencesOn(place, inputs, varied, templates, triedValues(subject, contracts))?.map(explainedKey) ?? null
  );
}

/** An inventory is large: only what is asked of the hosts that have these services is tried, of the file's own host where it has one. */
function triedValues({ project, policy, file }: Subject, contracts: readonly Contract[]): TriedValues {
  const { files, asked } = project.values;
  const ids = contracts.map(({ service_id }) => service_id);
  const placed = (policy.deployments ?? []).filter(({ services }) =>
    services.some((pattern) => ids.some((id) => wholeId(pattern).test(id))),
  );
  const hosts = placed.flatMap(({ inventory_host }) => inventory_host ?? []);
  const [folder, own = ''] = file.path.split('/');
  const variables = policy.deployments === null ? [] : runtimeVariables(policy);
  return {
    files,
    asked: new Set([...asked, ...variables]),
    hosts: new Set(folder === 'hosts' && hosts.includes(own) ? [own] : hosts),
  };
}

/** The variables of hosts that the policy itself reads. */
function runtimeVariables({ document }: Policy): string[] {
  return asList(asMapping(document.value).deployments).map(
    (entry) => asText(asMapping(entry).runtime_variable) ?? RUNTIME_VARIABLE,
  );
}

/** The contracts that are there when keys are tried: those of the file, or those that the line names. */
function contractsOf({ project, file }: Subject, text: string | null): readonly Contract[] {
  const all = project.contracts;
  const own = all.filter(({ document }) => file.sources.includes(document.file));
  if (own.length > 0) return own;
  const words = new Set(`${file.path} ${text ?? ''}`.match(/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?/g) ?? []);
  const named = all.filter(({ service_id }) => words.has(service_id));
  return (named.length > 0 ? named : all).slice(0, MOST_CONTRACTS);
}

function explainedKey({ input, pointer, value }: Influence): ExplainedKey {
  const span: Span = input.document.span(pointer);
  const key = pointer.map((step, index) => stepText(step, index)).join('');
  return { file: span.file, line: span.line, column: span.column, key, value };
}

function stepText(step: string | number, index: number): string {
  if (typeof step === 'number') return `[${step}]`;
  return index === 0 ? step : `.${step}`;
}
