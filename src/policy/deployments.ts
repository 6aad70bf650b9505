import { readCommands } from '../contract/commands.js';
import type { Inventory } from '../contract/inventory.js';
import type { RuntimeName } from '../model/contract.js';
import { RUNTIMES, RUNTIME_LIST, runtimeOf } from '../runtimes/registry.js';
import { asList, asMapping, asText, asTexts } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import type { Mapping } from '../source/yaml-values.js';
import { checkHost } from '../source/host-rules.js';
import type { Deployment, RuntimeSettings } from '../model/policy.js';
import { checkInventoryEntry, checkInventoryKeys, inventoryPlaces } from './inventory-places.js';

/** Reads `deployments`; null without the key, which means every runtime that a contract names. */
export function readDeployments(
  findings: Findings,
  given: Mapping,
  inventory: Inventory | null,
): Deployment[] | null {
  if (given.deployments === undefined) return null;
  return asList(given.deployments).flatMap((item, index) => {
    const pointer: Pointer = ['deployments', index];
    const entry = asMapping(item);
    if (entry.inventory !== true) return readNamed(findings, entry, pointer, inventory);
    checkInventoryEntry(findings, given, entry, pointer);
    if (inventory === null) return [];
    return inventoryPlaces(findings, entry, pointer, inventory).map(({ runtime, host, inventory_host }) =>
      readPlace(findings, entry, pointer, { runtime, host, inventory_host }),
    );
  });
}

/** An entry that says where its services are. */
function readNamed(
  findings: Findings,
  entry: Mapping,
  pointer: Pointer,
  inventory: Inventory | null,
): Deployment[] {
  const runtime = RUNTIMES.find((name) => name === entry.runtime);
  const host = asText(entry.host);
  if (host !== null) checkHost(findings, host, [...pointer, 'host']);
  if (entry.runtime === undefined) {
    findings.error('STW021', pointer, '`runtime` is missing', {
      part: 'key',
      hint: 'add `runtime: docker`, or `inventory: true` to take hosts and runtimes from the inventory',
    });
  }
  checkInventoryKeys(findings, entry, pointer);
  if (runtime === undefined) return [];
  const { title, runs_on } = runtimeOf(runtime);
  if (runs_on === 'cluster' && host !== null) {
    findings.error('STW209', [...pointer, 'host'], `a ${title} deployment has no host`, {
      part: 'key',
      hint: 'leave `host` out: the cluster chooses where pods run',
    });
  }
  checkKeysOfOthers(findings, runtime, entry, pointer);
  checkCommands(findings, runtime, entry, pointer);
  const inventory_host = host !== null && inventory?.layersOf(host) != null ? host : null;
  return [readPlace(findings, entry, pointer, { runtime, host, inventory_host })];
}

function readPlace(
  findings: Findings,
  entry: Mapping,
  pointer: Pointer,
  { runtime, host, inventory_host }: Pick<Deployment, 'runtime' | 'host' | 'inventory_host'>,
): Deployment {
  const { deployment_key } = runtimeOf(runtime);
  return {
    ...{ runtime, host, inventory_host },
    services: asTexts(entry.services),
    snapshot_host: asText(entry.snapshot_host),
    runtime_settings: deployment_key?.read(entry[deployment_key.key]) ?? null,
    commands: readCommands(findings, entry, pointer),
    values: asTexts(entry.values),
    pointer,
  };
}

/** Keys that only deployments on other runtimes have. */
function checkKeysOfOthers(findings: Findings, runtime: RuntimeName, entry: Mapping, pointer: Pointer): void {
  const own = runtimeOf(runtime).deployment_key?.key;
  for (const { key, refused } of RUNTIME_LIST.flatMap(({ deployment_key }) => deployment_key ?? [])) {
    if (key === own || entry[key] === undefined) continue;
    const message = `a deployment on ${runtime} has no ${refused.thing}`;
    const hint = `leave \`${key}\` out: ${refused.hint}`;
    findings.error('STW209', [...pointer, key], message, { part: 'key', hint });
  }
}

/** What says how people stop and start a workload, where its runtime has no such thing. */
function checkCommands(findings: Findings, runtime: RuntimeName, entry: Mapping, pointer: Pointer): void {
  const { title, by_hand } = runtimeOf(runtime);
  if (by_hand === null && entry.commands !== undefined) {
    const message = `a ${title} deployment takes no commands`;
    const hint = 'leave `commands` out: runbooks stop and start a workload of a cluster with kubectl';
    findings.error('STW209', [...pointer, 'commands'], message, { part: 'key', hint });
  }
}

/** Reads `runtimes`, each setting with the usual default. */
export function readRuntimeSettings(findings: Findings, given: Mapping): RuntimeSettings {
  const runtimes = asMapping(given.runtimes);
  const defaults = asMapping(given.defaults);
  const read = RUNTIME_LIST.flatMap(({ name, readSettings }) =>
    readSettings === null
      ? []
      : [[name, readSettings(findings, asMapping(runtimes[name]), ['runtimes', name], defaults)] as const],
  );
  return Object.fromEntries(read);
}
