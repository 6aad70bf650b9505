import type { Contract } from '../../model/contract.js';
import type { LocatePolicy } from '../../locate/location.js';
import type { Elsewhere, Placement, ServicePlan } from '../../model/plan.js';
import type { Deployment } from '../../model/policy.js';
import { contractOf } from './contract.js';
import { projectOfDeployment } from './deployment-key.js';
import { settingsOf } from './settings.js';

/** The Compose project of a service: as the deployment, the contract or the defaults say, else as its folder is called. */
export function composeProject(
  policy: LocatePolicy,
  contract: Contract,
  deployment: Deployment | null,
): string {
  return statedProject(policy, contract, deployment) ?? composeProjectName(contract.service_id);
}

/** As {@link composeProject}; null where nobody says it. */
export function statedProject(
  { runtimes }: LocatePolicy,
  contract: Contract,
  deployment: Deployment | null,
): string | null {
  return (
    projectOfDeployment(deployment) ??
    contractOf(contract).compose_project ??
    settingsOf(runtimes).compose_project
  );
}

/** What the plan says of a service on Docker. */
export interface DockerFacts {
  readonly compose_project: string;
}

export function ownFacts(
  policy: LocatePolicy,
  contract: Contract,
  deployment: Deployment | null,
): DockerFacts {
  return { compose_project: composeProject(policy, contract, deployment) };
}

/** The project of a service that was planned. */
export function projectOf(placement: Placement | Elsewhere): string {
  return (placement as (Placement | Elsewhere) & DockerFacts).compose_project;
}

/** The Compose services of a service in a project that may hold others; `all` in one of its own. */
export function composeServices(
  { service_id, compose_services }: Pick<ServicePlan, 'service_id' | 'compose_services'>,
  placement: Placement,
): readonly string[] | 'all' {
  return projectOf(placement) === composeProjectName(service_id) ? 'all' : compose_services;
}

/**
 * The project name that Compose derives from the folder of the compose file, which live deployments call
 * `service_id`: lower case, only letters, digits, `_` and `-`, none of the latter two in front
 * (compose-spec, "Name top-level element"). A dot thus disappears.
 */
function composeProjectName(serviceId: string): string {
  return serviceId
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}
