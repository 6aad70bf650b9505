import { isCheck } from '../../jobs/check/kind.js';
import type { Job } from '../../model/job.js';
import { jobIndex } from '../../lookup/job-index.js';
import type { BackupPlan } from '../../model/plan.js';
import { showDuration } from '../../schedule/show.js';
import { quote, type Finding } from '../finding.js';
import type { ReviewInput, Rule } from '../review.js';

/** Damage that nobody sees for so long may be in every snapshot that is left. */
const YEAR = 366 * 1440;

/** Backups that are stopped sooner: what takes longer leaves no snapshot at all. */
export const timeouts: Rule = ({ matched, spans }) =>
  matched.services.flatMap(({ id, before, after, placements }): Finding[] => {
    // Null: no job of it is ended after a time.
    const [old, limit] = [before.timeout ?? Number.POSITIVE_INFINITY, after.timeout];
    if (limit === null || limit >= old || placements.length === 0) return [];
    return [
      {
        ...{ service: id, volume: null, runtime: null, host: null },
        code: 'STW830',
        severity: 'warning',
        before: before.timeout === null ? 'never' : showDuration(before.timeout),
        after: showDuration(limit),
        message: `a backup of ${quote(id)} is stopped after ${showDuration(limit)}, and leaves no snapshot then`,
        hint: 'look at how long the last backups took, and the first one, which reads everything',
        span: spans.setting(after, 'timeout'),
      },
    ];
  });

/** Checks that read the data in more parts, or less often, so that damage shows later. */
export const slowerReading: Rule = (input) =>
  input.before.plan.repositories.flatMap((before): Finding[] => {
    const after = input.repositories.after.get(before.name);
    const [parts, others] = [before.read_data_subsets, after?.read_data_subsets ?? null];
    if (after === undefined || parts === null || others === null) return [];
    const [check, now] = [checkOf(input.before.plan, before.name), checkOf(input.after.plan, after.name)];
    if (check === undefined || now === undefined) return [];
    const [round, later] = [roundOf(input, check, parts), roundOf(input, now, others)];
    // A change of clocks moves an hour; a check that hardly ever runs is reported as one that is gone.
    if (later <= round + 60 || gapOf(input, now) > YEAR) return [];
    return [
      {
        ...{ service: null, volume: null, runtime: null, host: null },
        code: 'STW830',
        severity: later > YEAR ? 'warning' : 'info',
        before: `${showParts(parts)}, all read once in ${showDuration(round)}`,
        after: `${showParts(others)}, all read once in ${showDuration(later)}`,
        message: `checks of ${quote(after.name)} read its data ${others > parts ? 'in more parts' : 'less often'}: damage may stay unnoticed for ${showDuration(later)}`,
        hint: 'check more often, or in fewer parts',
        span: input.spans.repository(after.name, 'check', 'read_data_subsets'),
      },
    ];
  });

function showParts(parts: number): string {
  return parts === 1 ? '1 part' : `${parts} parts`;
}

function checkOf(plan: BackupPlan, repository: string): Job | undefined {
  return jobIndex(plan).ofRepository(repository).find(isCheck);
}

function gapOf({ simulated }: ReviewInput, { schedule, clock }: Job): number {
  return simulated.of(schedule, clock).longestGap;
}

/** Minutes until all parts were read, at worst: each check reads the next one. */
function roundOf({ simulated }: ReviewInput, { schedule, clock }: Job, parts: number): number {
  const { runs, longestGap } = simulated.of(schedule, clock);
  const rounds = runs.slice(parts).map((run, index) => run - (runs[index] ?? run));
  // Where a round is longer than what is simulated: so many of the longest gaps, which is no less.
  return rounds.length === 0 ? parts * longestGap : Math.max(...rounds);
}
