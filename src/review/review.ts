import type { Contract } from '../model/contract.js';
import { withVariants } from '../model/check.js';
import type { RepositoryPlan } from '../model/plan.js';
import type { Simulated } from '../schedule/simulated.js';
import type { Finding, Severity, Verdict } from './finding.js';
import { SEVERITIES } from './finding.js';
import type { TemplateChange } from './template-changes.js';
import type { Matched } from './match.js';
import type { Spans } from './spans.js';
import type { NewSide, Side } from './side.js';

/** What the rules look at. */
export interface ReviewInput {
  readonly before: Side;
  readonly after: NewSide & {
    /** Folders of hosts that the workload of a service mounts, backed up or not, by its id. */
    readonly mounts: ReadonlyMap<string, readonly string[]>;
    /** Minutes around maintenance that must be free, by repository. */
    readonly margins: ReadonlyMap<string, number>;
  };
  readonly matched: Matched;
  /** By name. */
  readonly repositories: {
    readonly before: ReadonlyMap<string, RepositoryPlan>;
    readonly after: ReadonlyMap<string, RepositoryPlan>;
  };
  readonly spans: Spans;
  /** What the user's templates change. */
  readonly templateChanges: readonly TemplateChange[];
  readonly simulated: Simulated;
}

/** One kind of meaning: returns what it finds, and changes nothing. */
export type Rule = (input: ReviewInput) => Finding[];

/** Files of the tree that differ, paths sorted. */
export interface FileChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The severest of the findings. */
export function verdictOf(findings: readonly { readonly severity: Severity }[]): Verdict {
  return SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'none';
}

/** What {@link ReviewInput} wants to know of contracts that no plan holds. */
export function mountsOf(contracts: readonly Contract[]): Map<string, readonly string[]> {
  return new Map(
    contracts.map((contract) => [
      contract.service_id,
      withVariants([contract]).flatMap(({ compose_volumes, service_volumes }) =>
        [...compose_volumes, ...service_volumes].flatMap(({ host_path }) => host_path ?? []),
      ),
    ]),
  );
}
