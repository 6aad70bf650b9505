import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { asInteger, asList, asMapping, asTexts } from '../source/access.js';
import type { Pointer, WrittenDocument } from '../source/document.js';
import { parseYaml } from '../source/parse.js';
import type { Files } from '../source/files.js';
import { readInventory, type InputFile } from '../source/read.js';
import { emptyMapping, isMapping, LiteralText, VaultedValue } from '../source/yaml-values.js';
import { compareText } from '../text/compare.js';
import type { Layer, LocatedValue } from './values.js';

/** What `ansible-inventory --list` printed, with `--export` or without it. */
export interface Inventory {
  readonly document: WrittenDocument;
  /** In the inventory's order. */
  readonly hosts: readonly string[];
  readonly groups: readonly string[];
  /** A group's hosts and those of the groups in it, in the inventory's order; null for a group that is not there. */
  hostsOf(group: string): readonly string[] | null;
  /** The variables of a host by where they come from, those that win last; null for a host that is not there. */
  layersOf(host: string): readonly Layer[] | null;
  /** Where a host is named. */
  pointerOf(host: string): Pointer;
}

interface Group {
  readonly hosts: readonly string[];
  readonly children: readonly string[];
  readonly variables: Layer;
  readonly priority: number;
}

/** Reads the inventory that a policy names; a file that was read comes back even when it holds none. */
export function openInventory(root: string, name: string, files: Files) {
  const { file, diagnostics } = readInventory(root, name, files);
  if (file === null) return { file, inventory: null, diagnostics };
  return { file, ...loadInventory(file) };
}

/** Reads an inventory; null when it is none. */
export function loadInventory(input: InputFile): { inventory: Inventory | null; diagnostics: Diagnostic[] } {
  const { documents, diagnostics } = parseYaml(input);
  const [document] = documents;
  if (document === undefined) return { inventory: null, diagnostics };
  if (isMapping(document.value) && isMapping(document.value._meta) && isListed(document.value)) {
    return { inventory: new ListedInventory(document), diagnostics };
  }
  diagnostics.push({
    code: 'STW217',
    severity: 'error',
    message: `\`${document.file}\` is not what \`ansible-inventory --list\` prints`,
    span: document.span([]),
    hint: 'make it with `ansible-inventory -i INVENTORY --list > inventory.json`',
  });
  return { inventory: null, diagnostics };
}

/** An inventory as people write it has mappings where the printed one has lists. */
function isListed(value: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(value).every(
    ([name, group]) =>
      name === '_meta' ||
      (isMapping(group) &&
        [group.hosts, group.children].every((list) => list === undefined || Array.isArray(list))),
  );
}

class ListedInventory implements Inventory {
  readonly document: WrittenDocument;
  readonly #hosts: ReadonlySet<string>;
  readonly #groups = new Map<string, Group>();
  readonly #parents = new Map<string, string[]>();
  readonly #groupsOf = new Map<string, string[]>();
  readonly #own: Readonly<Record<string, unknown>>;
  readonly #layers = new Map<string, readonly Layer[]>();
  readonly #depths = new Map<string, number>();

  constructor(document: WrittenDocument) {
    this.document = document;
    const { _meta, ...groups } = asMapping(document.value);
    this.#own = asMapping(asMapping(_meta).hostvars);
    for (const [name, given] of Object.entries(groups)) this.#add(name, asMapping(given));
    const listed = [...this.#groups.values()].flatMap(({ hosts }) => hosts);
    this.#hosts = new Set([...(this.hostsOf('all') ?? []), ...listed, ...Object.keys(this.#own)]);
  }

  get hosts(): readonly string[] {
    return [...this.#hosts];
  }

  get groups(): readonly string[] {
    return [...this.#groups.keys()];
  }

  #add(name: string, given: Readonly<Record<string, unknown>>): void {
    const variables = this.#layer(given.vars, [name, 'vars']);
    const priority = asInteger(variables.get('ansible_group_priority')?.value) ?? 1;
    const [hosts, children] = [asTexts(given.hosts), asTexts(given.children)];
    this.#groups.set(name, { hosts, children, variables, priority });
    for (const child of children) this.#parents.set(child, [...(this.#parents.get(child) ?? []), name]);
    for (const host of hosts) this.#groupsOf.set(host, [...(this.#groupsOf.get(host) ?? []), name]);
  }

  hostsOf(group: string): readonly string[] | null {
    if (!this.#groups.has(group)) return null;
    const hosts = new Set<string>();
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const { hosts: own = [], children = [] } = this.#groups.get(name) ?? {};
      for (const host of own) hosts.add(host);
      children.forEach(visit);
    };
    visit(group);
    return [...hosts];
  }

  layersOf(host: string): readonly Layer[] | null {
    if (!this.#hosts.has(host)) return null;
    const known = this.#layers.get(host);
    if (known !== undefined) return known;
    const groups = this.#ancestors(host).flatMap((name) => this.#groups.get(name)?.variables ?? []);
    const layers = [...groups, this.#layer(this.#own[host], ['_meta', 'hostvars', host])];
    const filled = layers.filter(({ size }) => size > 0);
    this.#layers.set(host, filled);
    return filled;
  }

  /** Every group that a host is in, the one that wins last: by depth, priority and name (ansible.inventory.helpers, `sort_groups`). */
  #ancestors(host: string): string[] {
    const found = new Set(['all']);
    const open = [...(this.#groupsOf.get(host) ?? [])];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (!found.has(name)) open.push(...(this.#parents.get(name) ?? []));
      found.add(name);
    }
    const priority = (name: string) => this.#groups.get(name)?.priority ?? 1;
    return [...found].sort(
      (a, b) => this.#depth(a) - this.#depth(b) || priority(a) - priority(b) || compareText(a, b),
    );
  }

  /** Below `all`, by the longest way. */
  #depth(name: string): number {
    const known = this.#depths.get(name);
    if (known !== undefined) return known;
    this.#depths.set(name, 0);
    const parents = this.#parents.get(name) ?? [];
    const depth = name === 'all' ? 0 : 1 + Math.max(0, ...parents.map((parent) => this.#depth(parent)));
    this.#depths.set(name, depth);
    return depth;
  }

  pointerOf(host: string): Pointer {
    if (Object.hasOwn(this.#own, host)) return ['_meta', 'hostvars', host];
    const [group = ''] = this.#groupsOf.get(host) ?? [];
    const index = asList(asMapping(asMapping(this.document.value)[group]).hosts).indexOf(host);
    return [group, 'hosts', index];
  }

  #layer(given: unknown, pointer: Pointer): Layer {
    return new Map(
      Object.entries(asMapping(given)).map(([name, value]): [string, LocatedValue] => [
        name,
        { value: asTagged(value), document: this.document, pointer: [...pointer, name] },
      ]),
    );
  }
}

/** What JSON cannot tag: Ansible wraps vaulted and unsafe text into mappings of one key (ansible.parsing.ajson). */
function asTagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTagged);
  if (!isMapping(value)) return value;
  if (Object.hasOwn(value, '__ansible_vault')) return new VaultedValue();
  const unsafe = value.__ansible_unsafe;
  if (typeof unsafe === 'string') return /\{[{%#]/.test(unsafe) ? new LiteralText(unsafe) : unsafe;
  const copy = emptyMapping();
  for (const [key, item] of Object.entries(value)) copy[key] = asTagged(item);
  return copy;
}
