import type { Contract } from './contract.js';
import type { Unread } from './unread.js';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import type { JobDraft } from './job.js';
import type { Policy } from './policy.js';
import type { Period } from '../schedule/runs.js';
import type { Zones } from '../schedule/zone.js';
import type { Deployed } from './deployed.js';
import type { BackupPlan } from './plan.js';

export interface CheckInput {
  readonly policy: Policy;
  /** By service id; two of one id are neighbours. */
  readonly contracts: readonly Contract[];
  /** Contracts with mistakes, which are not among them: what only they could account for is no mistake. */
  readonly unread: Unread;
  readonly deployed: readonly Deployed[];
  readonly plan: BackupPlan;
  /** The jobs of the plan as they were before they had times. */
  readonly drafts: readonly JobDraft[];
  readonly zones: Zones;
  /** What the checks of the schedules look at. */
  readonly period: Period;
}

/** One rule over the whole project: returns what it finds wrong, and changes nothing. */
export type Check = (input: CheckInput) => Diagnostic[];

/** Tells a service's contract as it is in one of its places. */
export function contractsInPlace({
  deployed,
}: Pick<CheckInput, 'deployed'>): (
  service: string,
  place: { readonly runtime: string; readonly host: string | null },
) => Contract | undefined {
  const key = (service: string, runtime: string, host: string | null) =>
    `${service} ${runtime} ${host ?? ''}`;
  const known = new Map(
    deployed.map(({ contract, runtime, host }) => [key(contract.service_id, runtime, host), contract]),
  );
  return (service, { runtime, host }) => known.get(key(service, runtime, host));
}

/** A contract, and what it is in places where other values hold. */
export function withVariants(contracts: readonly Contract[]): Contract[] {
  return contracts.flatMap((contract) => [contract, ...new Set(contract.variants.values())]);
}

/** `services/a.yml:3`, for hints that point at the other half of a conflict. */
export function place(span: Span): string {
  return `${span.file}:${span.line}`;
}

/** All pairs of a list, each once, in order. */
export function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((first, index) => items.slice(index + 1).map((second): [T, T] => [first, second]));
}

/** `on web1`, for messages; nothing where the policy names no host. */
export function onHost(host: string | null): string {
  return host === null ? '' : ` on host \`${host}\``;
}
