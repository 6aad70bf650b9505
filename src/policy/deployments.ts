import { readCommands } from '../contract/commands.js';
import type { RuntimeName } from '../contract/contract.js';
import { RUNTIMES } from '../runtimes/registry.js';
import { asList, asMapping, asText, asTexts } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { isMapping, type Mapping } from '../source/yaml-values.js';
import { oneOf } from './choices.js';
import { checkHost, readHostPath } from './host-rules.js';
import { readKubernetesSettings, readLabels } from './kubernetes-settings.js';
import type { Deployment, RuntimeSettings } from './policy.js';

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
    if (runtime === 'kubernetes' && host !== null) {
      findings.error('STW209', [...pointer, 'host'], 'a Kubernetes deployment has no host', {
        part: 'key',
        hint: 'leave `host` out: the cluster chooses where pods run',
      });
    }
    if (runtime !== 'kubernetes' && entry.node_selector !== undefined) {
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
  if (runtime !== 'docker' && entry.compose_project !== undefined) {
    const message = `a deployment on ${runtime} has no Compose project`;
    const hint = 'leave `compose_project` out: it is for services on docker';
    findings.error('STW209', [...pointer, 'compose_project'], message, { part: 'key', hint });
  }
  if (runtime === 'kubernetes' && entry.commands !== undefined) {
    const message = 'a Kubernetes deployment takes no commands';
    const hint = 'leave `commands` out: runbooks stop and start a workload of a cluster with kubectl';
    findings.error('STW209', [...pointer, 'commands'], message, { part: 'key', hint });
  }
}

/** Reads `runtimes`, each setting with the usual default. */
export function readRuntimeSettings(findings: Findings, given: Mapping): RuntimeSettings {
  const runtimes = asMapping(given.runtimes);
  const podman = asMapping(runtimes.podman);
  const proxmox = asMapping(runtimes.proxmox);
  const path = (runtime: string, key: string, fallback: string): string =>
    readHostPath(findings, asMapping(runtimes[runtime])[key], ['runtimes', runtime, key]) ?? fallback;
  return {
    docker: { data_root: path('docker', 'data_root', '/var/lib/docker') },
    podman: {
      storage_root: path('podman', 'storage_root', '/var/lib/containers/storage'),
      image: asText(podman.image) ?? 'ghcr.io/restic/restic:0.19.1',
      user: asText(podman.user),
    },
    kubernetes: readKubernetesSettings(findings, asMapping(runtimes.kubernetes)),
    proxmox: {
      mode: oneOf(proxmox.mode, ['snapshot', 'suspend', 'stop']),
      transfer: oneOf(proxmox.transfer, ['stream', 'dumpdir']),
      dumpdir: path('proxmox', 'dumpdir', '/var/lib/vz/dump'),
    },
  };
}
