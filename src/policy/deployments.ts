import { readCommands } from '../contract/commands.js';
import type { RuntimeName } from '../model/contract.js';
import { RUNTIMES, RUNTIME_LIST, runtimeOf } from '../runtimes/registry.js';
import { asList, asMapping, asText, asTexts } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import type { Mapping } from '../source/yaml-values.js';
import { checkHost } from '../source/host-rules.js';
import type { Deployment, RuntimeSettings } from '../model/policy.js';

/** Reads `deployments`; null without the key, which means every runtime that a contract names. */
export function readDeployments(findings: Findings, given: Mapping): Deployment[] | null {
  if (given.deployments === undefined) return null;
  return asList(given.deployments).flatMap((item, index) => {
    const pointer: Pointer = ['deployments', index];
    const entry = asMapping(item);
    const runtime = RUNTIMES.find((name) => name === entry.runtime);
    const host = asText(entry.host);
    if (host !== null) checkHost(findings, host, [...pointer, 'host']);
    if (runtime === undefined) return [];
    const { title, runs_on, deployment_key } = runtimeOf(runtime);
    if (runs_on === 'cluster' && host !== null) {
      findings.error('STW209', [...pointer, 'host'], `a ${title} deployment has no host`, {
        part: 'key',
        hint: 'leave `host` out: the cluster chooses where pods run',
      });
    }
    const services = asTexts(entry.services);
    checkKeysOfOthers(findings, runtime, entry, pointer);
    checkCommands(findings, runtime, entry, pointer);
    return [
      {
        runtime,
        host,
        services,
        snapshot_host: asText(entry.snapshot_host),
        runtime_settings: deployment_key?.read(entry[deployment_key.key]) ?? null,
        commands: readCommands(findings, entry, pointer),
        pointer,
      },
    ];
  });
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
