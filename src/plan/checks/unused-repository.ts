import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { runtimeOf } from '../../runtimes/registry.js';
import { jobIndex } from '../../lookup/job-index.js';
import type { Check } from '../../model/check.js';

/**
 * Repositories into which nothing is backed up: they get no jobs. Not reported is one that only services on clusters name: a
 * policy has to name one for an operator too, and what keeps their jobs from being rendered is said elsewhere.
 */
export const unusedRepository: Check = ({ policy, plan }) => {
  const named = new Set(
    plan.services
      .filter(({ placements }) => placements.some(({ runtime }) => runtimeOf(runtime).runs_on === 'cluster'))
      .map(({ repository }) => repository),
  );
  const jobs = jobIndex(plan);
  return plan.repositories.flatMap(({ name }): Diagnostic[] => {
    if (jobs.ofRepository(name).length > 0 || named.has(name)) return [];
    return [
      {
        code: 'STW321',
        severity: 'warning',
        message: `nothing is backed up into repository \`${name}\`, so that it gets no jobs: nobody forgets, prunes or checks what it holds`,
        span: policy.document.span(['repositories', name], 'key'),
        hint: `name it (\`repository: ${name}\`) in \`defaults\` or in a contract's \`backup\`, or remove it`,
      },
    ];
  });
};
