import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { volumesOf } from '../../model/job.js';
import { wanted } from '../../model/volume.js';
import { jobIndex } from '../../lookup/job-index.js';
import { runtimeOf } from '../../runtimes/registry.js';
import type { Check } from '../../model/check.js';
import { declaredAt } from './declared.js';

/**
 * Volumes that are to be backed up and that no job reads: never silent. What a runtime says itself that it cannot back up
 * is not said twice, nor what is deployed into a repository that no policy has.
 */
export const uncoveredVolume: Check = ({ policy, plan, contracts }) => {
  const known = new Map(contracts.map((contract) => [contract.service_id, contract]));
  const repositories = new Set(policy.repositories.map(({ name }) => name));
  const jobs = jobIndex(plan);
  return plan.services.flatMap((service) => {
    const contract = known.get(service.service_id);
    if (contract === undefined || !repositories.has(service.repository)) return [];
    return service.placements.flatMap((placement) => {
      const runtime = runtimeOf(placement.runtime);
      const read = new Set(jobs.at(service.service_id, placement).flatMap(volumesOf));
      return wanted(placement.volumes)
        .filter((volume) => !read.has(volume.volume) && !runtime.isRefused(placement, volume))
        .map(({ volume }): Diagnostic => ({
          code: 'STW345',
          severity: 'error',
          message: `no job backs up \`${volume}\` of \`${service.service_id}\` on ${placement.runtime}`,
          span: contract.document.span(declaredAt(contract, volume, placement.runtime)),
          hint: `waive it with a reason (\`backup.volumes.${volume}\`), or deploy the service on another runtime`,
        }));
    });
  });
};
