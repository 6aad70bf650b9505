import { readCommands } from '../contract/commands.js';
import type { RuntimeName } from '../model/contract.js';
import { RUNTIMES, RUNTIME_LIST, runtimeOf } from '../runtimes/registry.js';
import { asList, asMapping, asText, asTexts } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { isMapping, type Mapping } from '../source/yaml-values.js';
import { checkHost } from '../source/host-rules.js';
import { readLabels } from '../source/labels.js';
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
    const { title, runs_on } = runtimeOf(runtime);
    if (runs_on === 'cluster' && host !== null) {
      findings.error('STW209', [...pointer, 'host'], `a ${title} deployment has no host`, {
        part: 'key',
        hint: 'leave `host` out: the cluster chooses where pods run',
      });
    }
    if (runs_on !== 'cluster' && entry.node_selector !== undefined) {
      findings.error('STW209', [...pointer, 'node_selector'], `a deployment on ${runtime} has no nodes`, {
        part: 'key',
        hint: 'leave `node_selector` out: `host` says where these services run',
      });
    }
    const services = asTexts(entry.services);
    const node_selector = isMapping(entry.node_selector) ? readLabels(entry.node_selector) : null;
    checkWorkloadKeys(findings, runtime, entry, pointer);
    return [
      {
        runtime,
        host,
        services,
        snapshot_host: asText(entry.snapshot_host),
        node_selector,
        compose_project: asText(entry.compose_project),
        commands: readCommands(findings, entry, pointer),
        pointer,
      },
    ];
  });
}

/** What says how people stop and start a workload, where its runtime has no such thing. */
function checkWorkloadKeys(findings: Findings, runtime: RuntimeName, entry: Mapping, pointer: Pointer): void {
  const { title, composeProject, by_hand } = runtimeOf(runtime);
  if (composeProject === null && entry.compose_project !== undefined) {
    const message = `a deployment on ${runtime} has no Compose project`;
    const those = RUNTIME_LIST.filter((other) => other.composeProject !== null).map(({ name }) => name);
    const hint = `leave \`compose_project\` out: it is for services on ${those.join(', ')}`;
    findings.error('STW209', [...pointer, 'compose_project'], message, { part: 'key', hint });
  }
  if (by_hand === null && entry.commands !== undefined) {
    const message = `a ${title} deployment takes no commands`;
    const hint = 'leave `commands` out: runbooks stop and start a workload of a cluster with kubectl';
    findings.error('STW209', [...pointer, 'commands'], message, { part: 'key', hint });
  }
}

/** Reads `runtimes`, each setting with the usual default. */
export function readRuntimeSettings(findings: Findings, given: Mapping): RuntimeSettings {
  const runtimes = asMapping(given.runtimes);
  const read = RUNTIME_LIST.flatMap(({ name, readSettings }) =>
    readSettings === null
      ? []
      : [[name, readSettings(findings, asMapping(runtimes[name]), ['runtimes', name])] as const],
  );
  return Object.fromEntries(read);
}
