import { validatePlan } from '#generated/validators.js';
import type { BackupPlan, JobSchedule } from '../plan/plan.js';
import { isTimezone } from '../policy/settings.js';
import { parseCron } from '../schedule/cron.js';

/** A plan, or why the text is none. */
export type PlanFile = { readonly plan: BackupPlan } | { readonly problem: string };

/**
 * Reads `.stowage/plan.json`. It is untrusted: whoever can open a pull request can write it. Anything that the rules
 * of a review could stumble over is refused. Keys that this version does not know are let through, and those that no
 * rule looks at may be missing: the plan may come from another version. It must not be rendered.
 */
export function parsePlanFile(text: string): PlanFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'is not JSON' };
  }
  if (!validatePlan(value)) {
    const [error] = validatePlan.errors ?? [];
    const place = error === undefined || error.instancePath === '' ? '' : ` at \`${error.instancePath}\``;
    return { problem: `does not have the form of a plan${place}` };
  }
  const plan = value as BackupPlan;
  const repeated = firstRepeated(plan.services.map((service) => service.service_id));
  if (repeated !== null) return { problem: `lists \`${repeated}\` twice` };
  const bad = schedulesOf(plan).find(
    ({ cron, timezone }) => 'error' in parseCron(cron) || !isTimezone(timezone),
  );
  if (bad !== undefined) return { problem: `holds the schedule \`${bad.cron}\` in \`${bad.timezone}\`` };
  return { plan };
}

function schedulesOf(plan: BackupPlan): JobSchedule[] {
  return [
    ...plan.repositories.flatMap(({ forget, prune, check }) => [forget, prune, check]),
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
