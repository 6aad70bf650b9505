import { validatePlan, validatePlan1 } from '#generated/validators.js';
import type { JobSchedule } from '../schedule/job-schedule.js';
import type { BackupPlan } from '../model/plan.js';
import { isTimezone } from '../contract/settings.js';
import { parseCron } from '../schedule/cron.js';
import { fromVersion1, type PlanOfVersion1 } from './version-1.js';

/** A plan, or why the text is none. */
export type PlanFile =
  | {
      readonly plan: BackupPlan;
      /** From before projects had names: it is shown under the one that is given. */
      readonly isUnnamed: boolean;
    }
  | { readonly problem: string };

/**
 * Reads `.stowage/plan.json`. It is untrusted: whoever can open a pull request can write it. Anything that the rules
 * of a review could stumble over is refused. Keys that this version does not know are let through, and those that no
 * rule looks at may be missing: the plan may come from another version. It must not be rendered.
 *
 * @param files of the tree that it stands in, by path: asked for where a plan of version 1 does not say everything
 * @param project the name of the project where the plan has none
 */
export function parsePlanFile(
  text: string,
  files: () => ReadonlyMap<string, string>,
  project: string | null = null,
): PlanFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'is not JSON' };
  }
  const isOld = versionOf(value) === 1;
  const validate = isOld ? validatePlan1 : validatePlan;
  if (!validate(value)) {
    const [error] = validate.errors ?? [];
    const place = error === undefined || error.instancePath === '' ? '' : ` at \`${error.instancePath}\``;
    return { problem: `does not have the form of a plan${place}` };
  }
  const plan = value as BackupPlan | PlanOfVersion1;
  const repeated =
    firstRepeated(plan.services.map((service) => service.service_id)) ??
    firstRepeated(plan.version === 1 ? [] : plan.jobs.map((job) => job.id));
  if (repeated !== null) return { problem: `lists \`${repeated}\` twice` };
  const bad = schedulesOf(plan).find(
    ({ cron, timezone }) => 'error' in parseCron(cron) || !isTimezone(timezone),
  );
  if (bad !== undefined) return { problem: `holds the schedule \`${bad.cron}\` in \`${bad.timezone}\`` };
  const { project: own } = plan as Partial<BackupPlan | PlanOfVersion1>;
  const named = own === undefined ? { ...plan, project: project ?? '' } : plan;
  const today = named.version === 2 ? named : fromVersion1(named, files());
  return { plan: today, isUnnamed: own === undefined };
}

function versionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'version' in value ? value.version : null;
}

function schedulesOf(plan: BackupPlan | PlanOfVersion1): Pick<JobSchedule, 'cron' | 'timezone'>[] {
  if (plan.version === 2) return plan.jobs.map(({ schedule }) => schedule);
  return [
    ...plan.repositories.flatMap(({ forget, prune, check, k8up }) => [
      ...[forget, prune, check],
      ...Object.values(k8up ?? {}).map((cron) => ({ cron, timezone: prune.timezone })),
    ]),
    ...plan.services.flatMap((service) => service.placements.map(({ schedule }) => schedule)),
  ];
}

function firstRepeated(names: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return null;
}
