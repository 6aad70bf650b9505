import type { Retention } from '../../model/contract.js';
import { simulateLoss, type Loss } from '../loss.js';
import { showDuration } from '../../schedule/show.js';
import { keepOptions } from '../../retention/options.js';
import { quote, type Finding } from '../finding.js';
import { backupPairs, type ServicePair } from '../match.js';
import type { Job } from '../../model/job.js';
import type { ReviewInput, Rule } from '../review.js';

/** `keep-daily 7, keep-weekly 5`: restic's options in restic's order, rules that keep nothing left out. */
function showRetention(retention: Retention): string {
  const rules = keepOptions(retention).filter(({ value }) => value !== '0');
  return rules.map(({ option, value }) => `${option.replace(/^--/, '')} ${value}`).join(', ');
}

/** Rules, or times, that leave less history than before; with the number of snapshots that the next forget takes. */
export const retentionChanged: Rule = (input) => {
  const known = new Map<string, Loss>();
  return input.matched.services.flatMap((pair) => {
    const loss = worstLoss(input, pair, known);
    return loss === null ? [] : describe(input, pair, loss);
  });
};

/** Of all placements of a service, what the one that loses most loses; null where nothing about it changed. */
function worstLoss(input: ReviewInput, pair: ServicePair, known: Map<string, Loss>): Loss | null {
  const old = pair.before.retention;
  const now = pair.after.retention;
  const pairs = pair.placements.flatMap((placement) => backupPairs(input, placement));
  const losses = pairs.flatMap(({ before, after }): Loss[] => {
    const gapOf = ({ schedule, clock }: Job) => input.simulated.of(schedule, clock).longestGap;
    const from = { cron: before.schedule.cron, gap: gapOf(before), retention: old };
    const to = { cron: after.schedule.cron, gap: gapOf(after), retention: now };
    const key = JSON.stringify([from, to]);
    if (showRetention(old) === showRetention(now) && before.schedule.cron === after.schedule.cron) return [];
    const loss = known.get(key) ?? simulateLoss(from, to);
    known.set(key, loss);
    return [loss];
  });
  const worst = (best: Loss | null, loss: Loss) =>
    best === null ||
    loss.removed > best.removed ||
    (loss.removed === best.removed && loss.shrinks && !best.shrinks)
      ? loss
      : best;
  return losses.reduce(worst, null);
}

function describe({ spans }: ReviewInput, pair: ServicePair, loss: Loss): Finding[] {
  const { before, after } = pair;
  const [old, now] = [showRetention(before.retention), showRetention(after.retention)];
  const shared = { service: pair.id, volume: null, runtime: null, host: null };
  if (old !== now && loss.removed > 0) {
    return [
      {
        ...shared,
        code: 'STW812',
        severity: 'critical',
        before: old,
        after: now,
        message: `retention of ${quote(pair.id)} is shortened: the next forget would remove ${loss.removed} of the ${loss.existing} snapshots that the old rules keep`,
        hint: 'removed snapshots cannot be brought back; keep the old rules if one of them may be needed',
        span: spans.setting(after, 'retention'),
      },
    ];
  }
  if (loss.shrinks) {
    const rules = (text: string) => (old === now ? '' : `${text}: `);
    return [
      {
        ...shared,
        code: 'STW812',
        severity: 'critical',
        before: `${rules(old)}reaches back ${showDuration(loss.reachBefore)}`,
        after: `${rules(now)}reaches back ${showDuration(loss.reachAfter)}`,
        message:
          old === now
            ? `history of ${quote(pair.id)} will reach back less far: the same number of snapshots covers less time`
            : `retention of ${quote(pair.id)} is shortened: the next forget would remove none of the ${loss.existing} snapshots that the old rules keep, but later ones do, until history reaches back less far`,
        hint: 'keep by days, weeks and months instead of by number, or keep more',
        span:
          old === now
            ? spans.setting(after, 'schedule', 'every', 'window')
            : spans.setting(after, 'retention'),
      },
    ];
  }
  if (old === now) return [];
  return [
    {
      ...shared,
      code: 'STW843',
      severity: 'info',
      before: old,
      after: now,
      message: `retention of ${quote(pair.id)} changes, and nothing that exists is removed`,
      hint: '',
      span: spans.setting(after, 'retention'),
    },
  ];
}
