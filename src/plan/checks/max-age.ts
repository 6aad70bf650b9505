import { showDuration } from '../../schedule/show.js';
import { jobIndex } from '../../lookup/job-index.js';
import { effectiveSettings } from '../../model/settings.js';
import type { Check } from '../../model/check.js';
import { Simulated } from '../../schedule/simulated.js';

/** The longest gap between two runs must keep `max_age`. */
export const tooOld: Check = ({ policy, contracts, plan, zones, period }) => {
  const simulated = new Simulated(zones, period);
  const jobs = jobIndex(plan);
  return contracts.flatMap((contract) => {
    const { max_age: limit } = effectiveSettings(policy, contract);
    if (limit === null) return [];
    const own = contract.backup.settings.max_age !== undefined;
    const backups = jobs.ofService(contract.service_id).filter(({ sources }) => sources.length > 0);
    const gaps = backups.map(({ clock, schedule }) => ({
      schedule,
      gap: simulated.of(schedule, clock).longestGap,
    }));
    const worst = gaps.reduce<(typeof gaps)[number] | null>(
      (best, entry) => (best === null || entry.gap > best.gap ? entry : best),
      null,
    );
    if (worst === null || worst.gap <= limit) return [];
    return [
      {
        code: 'STW713' as const,
        severity: 'error' as const,
        message: `\`${contract.service_id}\` may lose ${showDuration(worst.gap)} of data: its backups (\`${worst.schedule.cron}\`) lie that far apart, and \`max_age\` is ${showDuration(limit)}`,
        span: own
          ? contract.document.span(['backup', 'max_age'])
          : policy.document.span(['defaults', 'max_age']),
        hint: 'run it more often, or allow a higher `max_age`',
      },
    ];
  });
};
