import { asText } from '../../source/access.js';
import type { Deployment } from '../../model/policy.js';
import type { DeploymentKey } from '../runtime.js';

/** Overrides the name of these services' Compose project. */
export const DEPLOYMENT_KEY: DeploymentKey = {
  key: 'compose_project',
  refused: { thing: 'Compose project', hint: 'it is for services on docker' },
  read: asText,
};

/** What a deployment that was read says; null where it says nothing. */
export function projectOfDeployment(deployment: Deployment | null): string | null {
  return (deployment?.runtime_settings ?? null) as string | null;
}
