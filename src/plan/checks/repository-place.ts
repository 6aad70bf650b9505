import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { isAtOrBelow } from '../../locate/pairing.js';
import type { RepositoryPlan, ServicePlan } from '../plan.js';
import type { Check } from './check.js';

/**
 * A local repository where jobs mount their volumes: the volume would cover it, or the mount point be made inside it.
 * Elsewhere below `/backup` it is mounted into the jobs too.
 */
export const coveredRepository: Check = ({ policy, plan }) =>
  plan.repositories.flatMap((repository): Diagnostic[] => {
    const covered = plan.services.find(
      (service) => service.repository === repository.name && isCovered(repository, service),
    );
    if (covered === undefined) return [];
    return [
      {
        code: 'STW409',
        severity: 'error',
        message: `the repository \`${repository.local_path ?? ''}\` lies where the job of \`${covered.service_id}\` mounts its volumes`,
        span: policy.document.span(['repositories', repository.name, 'url']),
        hint: 'move it to a folder outside `/backup`, or to one in it that has the name of no service',
      },
    ];
  });

function isCovered({ local_path: path }: RepositoryPlan, { service_id, placements }: ServicePlan): boolean {
  if (path === null || !placements.some(({ runtime }) => runtime !== 'kubernetes')) return false;
  const view = `/backup/${service_id}`;
  return isAtOrBelow(path, view) || isAtOrBelow(view, path);
}
