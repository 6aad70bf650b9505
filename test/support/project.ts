import type { Contract, RuntimeName } from '../../src/model/contract.js';
import { loadContracts } from '../../src/contract/load.js';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import { buildPlan } from '../../src/plan/build.js';
import type { BackupPlan, PlannedVolume } from '../../src/model/plan.js';
import { loadPolicy } from '../../src/policy/load.js';
import type { Policy } from '../../src/model/policy.js';
import { NO_VALUES } from './values.js';

const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main:
    url: rest:http://backup:8000/infra
    maintenance: { host: backup1 }
`;

/** The smallest sensible policy, with more keys appended to its repository (indented by four) or at top level. */
export function policyOf(more = '', maintenance = '{ host: backup1 }'): Policy {
  const text = POLICY.replace('{ host: backup1 }', maintenance) + more;
  const { policy, diagnostics } = loadPolicy({ file: 'stowage.yml', text });
  if (policy === null) throw new Error(JSON.stringify(diagnostics));
  return policy;
}

/** Contracts from their texts; `services/1.yml` and so on. Any finding is a mistake of the test. */
export function contractsOf(...texts: string[]): Contract[] {
  const inputs = texts.map((text, index) => ({ file: `services/${index + 1}.yml`, text }));
  const { contracts, diagnostics } = loadContracts(inputs, NO_VALUES);
  if (diagnostics.length > 0 || contracts.length !== texts.length)
    throw new Error(JSON.stringify(diagnostics));
  return contracts;
}

/** The head of a contract that names every runtime; append `service_volumes:` and `mounts:`. */
export const EVERY_RUNTIME = `service_id: web-app
service_name: Web Application
service_namespace: apps
service_container: { vmid: 105 }
runtime_templates: { docker: a, podman: b, kubernetes: c, proxmox: d, baremetal: e }
`;

export function planOf(policy: Policy, ...texts: string[]): { plan: BackupPlan; diagnostics: Diagnostic[] } {
  return buildPlan(policy, contractsOf(...texts));
}

/** Where each volume of one contract lives on one runtime, by volume name. */
export function locationsOf(
  text: string,
  runtime: RuntimeName,
  policy = policyOf(),
): Record<string, PlannedVolume> {
  const { plan } = planOf(policy, text);
  const placement = plan.services[0]?.placements.find((candidate) => candidate.runtime === runtime);
  return Object.fromEntries((placement?.volumes ?? []).map((volume) => [volume.volume, volume]));
}
