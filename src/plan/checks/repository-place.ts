import { holdingOf, runtimeOf } from '../../runtimes/registry.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { isAtOrBelow } from '../../locate/pairing.js';
import type { RepositoryPlan } from '../../model/plan.js';
import type { Check } from '../../model/check.js';
import { locatedVolumes, type LocatedVolume } from './places.js';

/**
 * A local repository where the jobs that use it mount their volumes: a volume would cover it, or the mount point be made
 * inside it. Elsewhere below `/backup` it is mounted into the jobs too.
 */
export const coveredRepository: Check = (input) =>
  eachRepository(input, ({ local_path: path, name }, found) => {
    const covered = found.find(({ repository, contract }) => {
      const view = `/backup/${contract.service_id}`;
      return repository === name && path !== null && overlap(path, view);
    });
    if (covered === undefined) return null;
    return {
      severity: 'error',
      message: `the repository \`${path ?? ''}\` lies where the job of \`${covered.contract.service_id}\` mounts its volumes`,
      hint: 'move it to a folder outside `/backup`, or to one in it that has the name of no service',
    };
  });

/**
 * A repository in a volume would back itself up, and the restore of that volume would delete every snapshot since. A
 * volume in a repository would be taken for its data. Both on hosts that use the repository. Only a warning where the
 * volume goes to another repository, as one does that is the repository itself, copied elsewhere.
 */
export const backedUpRepository: Check = (input) =>
  eachRepository(input, ({ local_path: path, name }, found) => {
    const machines = new Set(
      found.filter(({ repository }) => repository === name).map(({ machine }) => machine),
    );
    const touching = found.filter(
      ({ machine, volume }) =>
        path !== null &&
        machines.has(machine) &&
        holdingOf(volume.kind) !== 'guest' &&
        overlap(path, volume.location),
    );
    const own = touching.find(({ repository }) => repository === name);
    const inside = own ?? touching[0];
    if (inside === undefined) return null;
    const { volume, contract, repository } = inside;
    if (own === undefined) {
      return {
        severity: 'warning',
        message: `volume \`${volume.volume}\` of \`${contract.service_id}\` (\`${volume.location}\`) and the repository \`${path ?? ''}\` lie in each other`,
        hint: `restoring the volume from \`${repository}\` would delete every snapshot made here since: do it only when this repository is lost`,
      };
    }
    return {
      severity: 'error',
      message: `the repository \`${path ?? ''}\` and volume \`${volume.volume}\` of \`${contract.service_id}\` (\`${volume.location}\`) lie in each other`,
      hint: 'move the repository: restoring the volume would delete every snapshot made since',
    };
  });

interface Found extends LocatedVolume {
  /** Of the service. */
  readonly repository: string;
  readonly machine: string;
}

/** Runs a rule on each repository, with every volume that is backed up on a host. */
function eachRepository(
  input: Parameters<Check>[0],
  rule: (
    repository: RepositoryPlan,
    found: readonly Found[],
  ) => Pick<Diagnostic, 'severity' | 'message' | 'hint'> | null,
): Diagnostic[] {
  const repositories = input.plan.repositories.filter(({ local_path }) => local_path !== null);
  if (repositories.length === 0) return [];
  const used = new Map(input.plan.services.map(({ service_id, repository }) => [service_id, repository]));
  const found = locatedVolumes(input)
    .filter(({ placement }) => runtimeOf(placement.runtime).runs_on === 'host')
    .map((place): Found => ({
      ...place,
      repository: used.get(place.contract.service_id) ?? '',
      machine: place.placement.host ?? `any ${place.placement.runtime}`,
    }));
  return repositories.flatMap((repository): Diagnostic[] => {
    const problem = rule(repository, found);
    if (problem === null) return [];
    const span = input.policy.document.span(['repositories', repository.name, 'url']);
    return [{ code: 'STW409', ...problem, span }];
  });
}

function overlap(a: string, b: string): boolean {
  return isAtOrBelow(a, b) || isAtOrBelow(b, a);
}
