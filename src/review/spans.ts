import { NOTHING_UNREAD } from '../model/unread.js';
import type { BackupSettings, Contract } from '../model/contract.js';
import { wholeFile, type Span } from '../diagnostics/diagnostic.js';
import type { Placement, ServicePlan } from '../model/plan.js';
import { resolveDeployments } from '../plan/deployments.js';
import type { Deployed } from '../model/deployed.js';
import type { Deployment, Policy } from '../model/policy.js';
import type { Pointer, SourceDocument } from '../source/document.js';
import { runtimeOf } from '../runtimes/registry.js';
import { valueAt } from '../source/findings.js';
import { isMapping } from '../source/yaml-values.js';
import { movedBy } from './volume-spans.js';

/** What was loaded of one side. */
export interface LoadedSide {
  readonly policy: Policy;
  readonly contracts: readonly Contract[];
  /** Text of every file that was read, templates too, by name. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Settings of a service, and what may stand in place of `schedule`. */
type SettingKey = keyof BackupSettings | 'every' | 'window';

/** Where things stand in the new contracts and policy; for what is gone, the nearest that is left of it. */
export class Spans {
  readonly #policy: Policy;
  readonly #oldPolicy: Policy | null;
  readonly #deployed: readonly Deployed[];
  readonly #sources: ReadonlyMap<string, string>;
  readonly #contracts: ReadonlyMap<string, Contract>;
  readonly #old: ReadonlyMap<string, Contract>;
  readonly #oldSources: ReadonlyMap<string, string>;

  /** @param before null where only its plan is known */
  constructor(after: LoadedSide, before: LoadedSide | null) {
    const byId = (side: LoadedSide | null) =>
      new Map((side?.contracts ?? []).map((contract) => [contract.service_id, contract]));
    this.#policy = after.policy;
    this.#oldPolicy = before?.policy ?? null;
    this.#deployed = resolveDeployments(after.policy, after.contracts, NOTHING_UNREAD).deployed;
    this.#sources = after.sources;
    this.#contracts = byId(after);
    this.#old = byId(before);
    this.#oldSources = before?.sources ?? new Map<string, string>();
  }

  policy(pointer: Pointer): Span {
    return this.#policy.document.span(pointer);
  }

  /**
   * The line of a template that holds the first line of a text, or may have made it; else the first line that changed in a template of files that are called
   * like the rendered ones; else the policy's key.
   */
  template(text: string, rendered: readonly string[]): Span {
    const folder = this.#policy.templates;
    const own = [...(folder === null ? [] : this.#sources)].filter(([file]) =>
      file.startsWith(`${folder ?? ''}/`),
    );
    const endings = rendered.map((path) => path.slice(path.lastIndexOf('.')));
    const isKin = ([file]: readonly [string, string]) =>
      endings.some((ending) => file.endsWith(`${ending}.hbs`));
    const changed = own.filter(([file, source]) => this.#oldSources.get(file) !== source);
    const [line = ''] = text.split('\n');
    const holds = [
      (candidate: string) => candidate.includes(line),
      (candidate: string) => makes(candidate, line),
    ];
    for (const isIt of line === '' ? [] : holds) {
      for (const [file, source] of [...changed.filter(isKin), ...changed, ...own]) {
        const index = source.split('\n').findIndex(isIt);
        if (index >= 0) return lineOf(file, index);
      }
    }
    const [first] = [...changed.filter(isKin), ...changed];
    if (first !== undefined) return lineOf(first[0], firstChange(this.#oldSources.get(first[0]), first[1]));
    return this.policy(['templates']);
  }

  /** Where a service is named; where it was, when its file is gone. */
  service(service: ServicePlan): Span {
    const contract = this.#contracts.get(service.service_id);
    if (contract !== undefined) return contract.document.span(['service_id']);
    if (this.#sources.has(service.contract)) return wholeFile(service.contract);
    return this.#old.get(service.service_id)?.document.span(['service_id']) ?? wholeFile(service.contract);
  }

  /** The user that a service runs as; the nearest that is left of it. */
  security(service: ServicePlan): Span {
    const contract = this.#contracts.get(service.service_id);
    if (contract === undefined) return this.service(service);
    const pointer = ['service_security', 'run_as_user'];
    const known = valueAt(contract.document.value, pointer.slice(0, 1)) !== undefined;
    return contract.document.span(known ? pointer : ['service_id']);
  }

  /** A persistent volume, or the list that it left. */
  volume(service: ServicePlan, name: string): Span {
    const contract = this.#contracts.get(service.service_id);
    if (contract === undefined) return this.#goneVolume(service, name);
    const volume = contract.persistent_volumes.find((candidate) => candidate.name === name);
    if (volume !== undefined) return contract.document.span([...volume.pointer, 'name']);
    return contract.document.span(['mounts', 'persistent_volumes'], 'key');
  }

  /** The key that moved a volume to another place; the volume itself where no single one did. */
  movedVolume(service: ServicePlan, name: string, placement: Placement): Span {
    const { runtime } = placement;
    const contract = this.#at(service, placement)?.contract ?? this.#contracts.get(service.service_id);
    const old = this.#old.get(service.service_id);
    if (contract === undefined) return this.volume(service, name);
    const before =
      old === undefined || this.#oldPolicy === null ? null : { policy: this.#oldPolicy, contract: old };
    return movedBy({ policy: this.#policy, contract }, before, name, runtime) ?? this.volume(service, name);
  }

  /** A key of `backup.volumes.<name>`, or the volume itself where the key is gone. */
  volumeSetting(service: ServicePlan, name: string, key: string): Span {
    const document = this.#contracts.get(service.service_id)?.document;
    const pointer: Pointer = ['backup', 'volumes', name, key];
    if (document === undefined || valueAt(document.value, pointer) === undefined) {
      return this.volume(service, name);
    }
    return document.span(changedEntry(document, this.#old.get(service.service_id)?.document, pointer));
  }

  /** A key of `backup`, or the service itself where the key is gone. */
  backupKey(service: ServicePlan, key: 'dumps' | 'quiesce' | 'hooks'): Span {
    const document = this.#contracts.get(service.service_id)?.document;
    const pointer: Pointer = ['backup', key];
    if (document === undefined || valueAt(document.value, pointer) === undefined)
      return this.service(service);
    return document.span(changedEntry(document, this.#old.get(service.service_id)?.document, pointer), 'key');
  }

  /** A setting: where the contract says it, said it before, or else the policy's defaults. What changed comes first. */
  setting(service: ServicePlan, ...keys: readonly SettingKey[]): Span {
    const contract = this.#contracts.get(service.service_id)?.document;
    const old = this.#old.get(service.service_id)?.document;
    const { document } = this.#policy;
    const own = contract === undefined ? [] : given(contract, old, 'backup', keys);
    const lost = old !== undefined && given(old, contract, 'backup', keys).length > own.length;
    const defaults = given(document, this.#oldPolicy?.document, 'defaults', keys);
    const changed = [
      ...own.map((found) => ({ ...found, in: contract ?? document })),
      ...defaults.map((found) => ({ ...found, in: document })),
    ];
    const found = changed.find((candidate) => candidate.changed);
    if (lost && contract !== undefined && own.every((candidate) => !candidate.changed)) {
      return contract.span(['backup']);
    }
    const [first] = changed;
    const best = found ?? first;
    return best === undefined ? document.span(['defaults']) : best.in.span(best.pointer);
  }

  /** The deployment that puts a service somewhere, or the list of them; the contract's runtimes without any. */
  placement(service: ServicePlan, { runtime, host }: Placement): Span {
    const { deployments, document } = this.#policy;
    const contract = this.#contracts.get(service.service_id);
    if (deployments === null) {
      if (contract === undefined) return this.service(service);
      const listed = valueAt(contract.document.value, ['runtime_templates', runtime]) !== undefined;
      return contract.document.span(['runtime_templates', ...(listed ? [runtime] : [])], 'key');
    }
    const same = deployments.find((entry) => entry.runtime === runtime && entry.host === host);
    const place = this.#deployment(service, { runtime, host }) ?? same;
    return document.span(place?.pointer ?? ['deployments'], 'key');
  }

  /** What says which nodes back up hostPaths of their own. */
  nodes(service: ServicePlan, placement: Pick<Placement, 'runtime' | 'host'>): Span {
    const { cluster } = runtimeOf(placement.runtime);
    return this.policy(
      cluster?.nodesAt(this.#policy, this.#deployment(service, placement)) ?? ['deployments'],
    );
  }

  #deployment(service: ServicePlan, placement: Pick<Placement, 'runtime' | 'host'>): Deployment | null {
    return this.#at(service, placement)?.deployment ?? null;
  }

  #at(
    { service_id }: ServicePlan,
    { runtime, host }: Pick<Placement, 'runtime' | 'host'>,
  ): Deployed | undefined {
    return this.#deployed.find(
      (entry) => entry.contract.service_id === service_id && entry.runtime === runtime && entry.host === host,
    );
  }

  /** The time zone that a repository's jobs run in. */
  repositoryZone(name: string): Span {
    const own = valueAt(this.#policy.document.value, ['repositories', name, 'timezone']);
    return own === undefined ? this.policy(['defaults', 'timezone']) : this.repository(name, 'timezone');
  }

  /** A key of a repository; where repositories are listed when it is gone. */
  repository(name: string, ...keys: readonly string[]): Span {
    const { document } = this.#policy;
    const known = valueAt(document.value, ['repositories', name]) !== undefined;
    return known ? document.span(['repositories', name, ...keys]) : document.span(['repositories'], 'key');
  }

  #goneVolume(service: ServicePlan, name: string): Span {
    const old = this.#old.get(service.service_id);
    const volume = old?.persistent_volumes.find((candidate) => candidate.name === name);
    const isLeft = this.#sources.has(service.contract);
    if (old === undefined || volume === undefined || isLeft) return this.service(service);
    return old.document.span([...volume.pointer, 'name']);
  }
}

/** A key that is given, and whether it says something else than before. */
interface Given {
  readonly pointer: Pointer;
  readonly changed: boolean;
}

/** Those of the keys below `at` that a document gives; of a list or mapping, the first entry that changed. */
function given(
  document: SourceDocument,
  before: SourceDocument | undefined,
  at: string,
  keys: readonly string[],
): Given[] {
  return keys
    .map((key) => [at, key])
    .filter((pointer) => valueAt(document.value, pointer) !== undefined)
    .map((pointer) => ({
      pointer: changedEntry(document, before, pointer),
      changed: differs(document, before, pointer),
    }));
}

function differs(document: SourceDocument, before: SourceDocument | undefined, pointer: Pointer): boolean {
  const text = (of: SourceDocument) => JSON.stringify(valueAt(of.value, pointer));
  return before !== undefined && text(document) !== text(before);
}

/** The entry of a list that is new, or of a mapping that has another value; the whole of it where none is. */
function changedEntry(
  document: SourceDocument,
  before: SourceDocument | undefined,
  pointer: Pointer,
): Pointer {
  const [value, past] = [document, before].map((of) => valueAt(of?.value, pointer));
  if (Array.isArray(value) && Array.isArray(past)) {
    const known = new Set(past.map((item) => JSON.stringify(item)));
    const index = value.findIndex((item) => !known.has(JSON.stringify(item)));
    return index < 0 ? pointer : [...pointer, index];
  }
  if (!isMapping(value) || !isMapping(past)) return pointer;
  const key = Object.keys(value).find((name) => differs(document, before, [...pointer, name]));
  return key === undefined ? pointer : [...pointer, key];
}

/** Whether a line of a template may have made a text, whatever its tags stand for. A line of tags alone makes anything. */
function makes(candidate: string, text: string): boolean {
  const parts = candidate.trim().split(/\{\{.*?\}\}/);
  if (parts.length === 1 || parts.join('').length < 4) return false;
  let rest = text.trim();
  return parts.every((part, index) => {
    const at =
      index === parts.length - 1 && rest.endsWith(part) ? rest.length - part.length : rest.indexOf(part);
    const fits =
      at >= 0 && (index > 0 || at === 0) && (index < parts.length - 1 || at + part.length === rest.length);
    rest = rest.slice(at + part.length);
    return fits;
  });
}

function lineOf(file: string, index: number): Span {
  return { ...wholeFile(file), line: index + 1, end_line: index + 1 };
}

/** The index of the first line that differs; 0 in a text that is new. */
function firstChange(before: string | undefined, after: string): number {
  const old = before?.split('\n') ?? [];
  const found = after.split('\n').findIndex((line, index) => line !== old[index]);
  return before === undefined ? 0 : Math.max(0, found);
}
