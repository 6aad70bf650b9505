import { backedUp } from '../../model/volume.js';
import { holdingOf, runtimeOf } from '../../runtimes/registry.js';
import type { Contract } from '../../model/contract.js';
import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import { helperOf } from '../../model/repository-url.js';
import type { Placement, RepositoryPlan } from '../../model/plan.js';
import type { Check, CheckInput } from '../../model/check.js';

/** A job of another user than restic reaches the repository with what systemd hands it, and with nothing else. */
export const unreachableAs: Check = (input) => {
  const repositories = new Map(input.plan.repositories.map((repository) => [repository.name, repository]));
  const contracts = new Map(input.contracts.map((contract) => [contract.service_id, contract]));
  const seen = new Set<string>();
  return input.plan.services.flatMap((service): Diagnostic[] => {
    const repository = repositories.get(service.repository);
    if (service.run_as === 'restic' || repository === undefined) return [];
    if (!isClosed(repository) || !service.placements.some(readsFiles)) return [];
    const span = spanOf(input, contracts.get(service.service_id));
    // The policy's own key is one mistake, however many services it is handed down to.
    const key = `${span.file}:${span.line}:${repository.name}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [
      {
        code: 'STW360',
        severity: 'error',
        message: `a job that runs as \`${service.run_as}\` cannot use the repository \`${repository.name}\` (\`${repository.url}\`): its files and its keys are those of the user restic`,
        span,
        hint: 'serve the repository by `rest:` (rest-server runs on any machine that has the disk), or use `s3:`, `b2:` or the like',
      },
    ];
  });
};

/** The user's own keys would be needed, or files made that the other jobs cannot read: by these ways only restic goes. */
function isClosed({ url, local_path }: RepositoryPlan): boolean {
  return local_path !== null || helperOf(url) !== null;
}

/** Asked for in a contract, and no job of it reads files as a user that could be chosen. */
export const uselessRunAs: Check = ({ contracts, plan }) => {
  const byId = new Map(contracts.map((contract) => [contract.service_id, contract]));
  return plan.services.flatMap(({ service_id, placements }): Diagnostic[] => {
    const contract = byId.get(service_id);
    const asked = contract?.backup.settings.run_as;
    if (contract === undefined || asked === undefined || asked === 'restic') return [];
    if (placements.length === 0 || placements.some(readsFiles)) return [];
    return [
      {
        code: 'STW361',
        severity: 'warning',
        message: `\`run_as\` does nothing here: ${whyNot(placements)}`,
        span: contract.document.span(['backup', 'run_as'], 'key'),
        hint: 'leave it out',
      },
    ];
  });
};

/** Whether a unit of the host's system manager reads files of this placement. */
function readsFiles({ runtime, scope, volumes }: Placement): boolean {
  if (isOnCluster(runtime) || scope === 'user') return false;
  return backedUp(volumes).some(({ kind }) => holdingOf(kind) !== 'guest');
}

function isOnCluster(runtime: string): boolean {
  return runtimeOf(runtime).runs_on === 'cluster';
}

function whyNot(placements: readonly Placement[]): string {
  if (placements.some(({ runtime }) => isOnCluster(runtime))) {
    return 'in a cluster the security context of the pod decides who reads';
  }
  if (placements.some(({ scope }) => scope === 'user')) {
    return 'a rootless job reads as root of the name space of its own user';
  }
  return 'no job of the host reads files of this service';
}

function spanOf({ policy }: CheckInput, contract: Contract | undefined): Span {
  return contract?.backup.settings.run_as === undefined
    ? policy.document.span(['defaults', 'run_as'])
    : contract.document.span(['backup', 'run_as']);
}
