import type { Inventory } from '../contract/inventory.js';
import { resolveValue } from '../contract/references.js';
import { stackOf } from '../contract/values.js';
import { didYouMean } from '../diagnostics/did-you-mean.js';
import { append } from '../source/append.js';
import { asList, asMapping, asText } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import { Findings } from '../source/findings.js';
import { checkHost } from '../source/host-rules.js';
import type { Mapping } from '../source/yaml-values.js';
import type { Deployment, Policy } from '../model/policy.js';
import type { RuntimeName } from '../model/contract.js';
import { RUNTIMES, runtimeOf } from '../runtimes/registry.js';

/** Ansible's own name for all hosts. */
const EVERYBODY = 'all';
/** Ansible knows it without any inventory. */
const IMPLICIT = 'localhost';
/** What the live inventories call it. */
export const RUNTIME_VARIABLE = 'runtime';
/** A host's name is a folder of the tree. */
const HOST_NAME = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;
/** More hosts than these are counted instead of named. */
const NAMED = 5;

/** What an entry must not say that takes its places from the inventory. */
const SAID_THERE = ['runtime', 'host', 'snapshot_host'];
/** What only such an entry says. */
const SAID_OF_IT = ['group', 'runtime_variable'];

export function checkInventoryEntry(
  findings: Findings,
  given: Mapping,
  entry: Mapping,
  pointer: Pointer,
): void {
  for (const key of SAID_THERE.filter((name) => entry[name] !== undefined)) {
    findings.error(
      'STW209',
      [...pointer, key],
      `a deployment from the inventory has no \`${key}\` of its own`,
      {
        part: 'key',
        hint: `leave \`${key}\` out, or write the entry without \`inventory: true\``,
      },
    );
  }
  if (given.inventory !== undefined) return;
  findings.error('STW217', [...pointer, 'inventory'], 'the policy names no inventory to take hosts from', {
    part: 'key',
    hint: 'add `inventory: inventory.json` beside `deployments`; `ansible-inventory --list > inventory.json` makes the file',
  });
}

export function checkInventoryKeys(findings: Findings, entry: Mapping, pointer: Pointer): void {
  for (const key of SAID_OF_IT.filter((name) => entry[name] !== undefined)) {
    findings.error('STW209', [...pointer, key], `only a deployment from the inventory has a \`${key}\``, {
      part: 'key',
      hint: `leave \`${key}\` out, or write \`inventory: true\` in place of \`runtime\` and \`host\``,
    });
  }
}

type InventoryPlace = Pick<Deployment, 'runtime' | 'host' | 'inventory_host'>;

/** Where the hosts of a group run services, in the inventory's order; a cluster is one place, whoever deploys to it. */
export function inventoryPlaces(
  findings: Findings,
  entry: Mapping,
  pointer: Pointer,
  inventory: Inventory,
): InventoryPlace[] {
  const group = asText(entry.group) ?? EVERYBODY;
  const hosts = inventory.hostsOf(group);
  if (hosts === null) {
    const hint =
      didYouMean(group, inventory.groups) ?? 'use a group of the inventory, or leave it out for all hosts';
    findings.error('STW218', [...pointer, 'group'], `the inventory has no group \`${group}\``, { hint });
    return [];
  }
  if (hosts.length === 0) {
    findings.error('STW218', [...pointer, 'group'], `the group \`${group}\` of the inventory has no hosts`, {
      hint: 'use another group, or remove the deployment',
    });
  }
  const variable = asText(entry.runtime_variable) ?? RUNTIME_VARIABLE;
  const clusters = new Map<RuntimeName, string[]>();
  const own = new Findings(inventory.document);
  const places = hosts.flatMap((host): InventoryPlace[] => {
    const runtime = runtimeOfHost(own, inventory, host, variable);
    if (runtime === null) return [];
    if (runtimeOf(runtime).runs_on === 'host') {
      return isHostName(own, inventory, host) ? [{ runtime, host, inventory_host: host }] : [];
    }
    const [first] = clusters.get(runtime) ?? [];
    clusters.set(runtime, [...(clusters.get(runtime) ?? []), host]);
    if (first !== undefined) return [];
    return [{ runtime, host: null, inventory_host: host }];
  });
  for (const [runtime, [first = '', ...others]] of clusters) {
    if (others.length === 0) continue;
    findings.info(
      'STW222',
      pointer,
      `${named([first, ...others])} deploy on ${runtime}, which is one place; the variables of \`${first}\` are what holds there`,
      { hint: 'name a `group` with one of these hosts to choose another' },
    );
  }
  append(findings.diagnostics, own.diagnostics);
  return places;
}

/** What a host's variable says that runs services there; null when that is reported. */
function runtimeOfHost(
  findings: Findings,
  inventory: Inventory,
  host: string,
  variable: string,
): RuntimeName | null {
  const values = stackOf(inventory.layersOf(host) ?? []);
  const given = values.get(variable);
  if (given === undefined) {
    findings.warning(
      'STW219',
      inventory.pointerOf(host),
      `the host \`${host}\` has no variable \`${variable}\`, so nothing is deployed there`,
      {
        part: 'key',
        hint: `set \`${variable}\` for it in the inventory, or name a \`group\` that it is not in`,
      },
    );
    return null;
  }
  const { value, diagnostics } = resolveValue(given, values);
  if (diagnostics.length > 0) {
    append(findings.diagnostics, diagnostics);
    return null;
  }
  const name = asText(value) ?? '';
  if (RUNTIMES.includes(name)) return name;
  findings.error(
    'STW219',
    given.pointer,
    `\`${variable}\` of the host \`${host}\` is no runtime that we know${name === '' ? '' : `: \`${name}\``}`,
    {
      hint: didYouMean(name, RUNTIMES) ?? `use one of ${RUNTIMES.map((known) => `\`${known}\``).join(', ')}`,
    },
  );
  return null;
}

function isHostName(findings: Findings, inventory: Inventory, host: string): boolean {
  const pointer = inventory.pointerOf(host);
  if (HOST_NAME.test(host)) return checkHost(findings, host, pointer);
  findings.error(
    'STW204',
    pointer,
    `\`${host}\` must be up to 63 lower-case letters, digits, \`.\`, \`_\` and \`-\`, beginning and ending with a letter or digit`,
    { part: 'key', hint: 'give the host such a name in the inventory, and its address as `ansible_host`' },
  );
  return false;
}

/** Names that policy and inventory do not have in common. */
export function compareHosts(findings: Findings, given: Mapping, policy: Policy, inventory: Inventory): void {
  const known = new Set([...inventory.hosts, IMPLICIT]);
  const entries = asList(given.deployments).map(asMapping);
  const groups = entries
    .filter((entry) => entry.inventory === true)
    .map((entry) => asText(entry.group) ?? EVERYBODY);
  const used = new Set(groups.flatMap((group) => inventory.hostsOf(group) ?? []));
  const check = (host: string, pointer: Pointer): void => {
    used.add(host);
    if (known.has(host)) return;
    const hint =
      didYouMean(host, inventory.hosts) ?? 'use the name of the host in the inventory, or add it there';
    findings.warning('STW220', pointer, `the inventory has no host \`${host}\``, { hint });
  };
  for (const { host, inventory_host, pointer } of policy.deployments ?? []) {
    if (inventory_host !== null) used.add(inventory_host);
    else if (host !== null) check(host, [...pointer, 'host']);
  }
  for (const { maintenance, pointer } of policy.repositories) {
    if (maintenance.kind === 'host') check(maintenance.host, [...pointer, 'maintenance', 'host']);
  }
  reportUnused(findings, policy, inventory, used);
}

function reportUnused(
  findings: Findings,
  { deployments }: Policy,
  inventory: Inventory,
  used: ReadonlySet<string>,
): void {
  const unused = inventory.hosts.filter((host) => !used.has(host));
  if (deployments === null || unused.length === 0) return;
  findings.info(
    'STW221',
    ['inventory'],
    `no deployment puts anything on ${unused.length === 1 ? 'this host' : 'these hosts'} of the inventory: ${named(unused)}`,
    { hint: 'add a deployment for what runs there; ignore this if nothing that needs a backup does' },
  );
}

function named(hosts: readonly string[]): string {
  const rest = hosts.length - NAMED;
  const names = hosts.slice(0, NAMED).map((host) => `\`${host}\``);
  return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
