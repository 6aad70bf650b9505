import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import { showDuration } from '../../schedule/show.js';
import type { Check } from '../../model/check.js';

/** Minutes within which a dead lock is gone: until the next look, and half an hour of looking at it. */
export const LOCK_GONE = 60;

/** Backups that give up waiting while a lock that nobody holds any more may still stand. */
export const impatientBackups: Check = ({ policy, contracts, plan }) => {
  // An operator's jobs are not told how long to wait, which is said elsewhere.
  const told = new Set(
    plan.services.filter(({ retry_lock }) => retry_lock !== null).map(({ service_id }) => service_id),
  );
  const finding = (minutes: number | undefined, span: () => Span): Diagnostic[] =>
    minutes === undefined || minutes >= LOCK_GONE
      ? []
      : [
          {
            code: 'STW320',
            severity: 'warning',
            message: `backups wait ${showDuration(minutes)} for a lock, and one that a killed job has left stands for up to ${showDuration(LOCK_GONE)}`,
            span: span(),
            hint: `set \`retry_lock\` to \`${showDuration(LOCK_GONE)}\` or longer; \`timeout\` does not count it`,
          },
        ];
  return [
    ...finding(told.size === 0 ? undefined : policy.defaults.retry_lock, () =>
      policy.document.span(['defaults', 'retry_lock']),
    ),
    ...contracts.flatMap(({ service_id, backup, document }) =>
      finding(told.has(service_id) ? backup.settings.retry_lock : undefined, () =>
        document.span(['backup', 'retry_lock']),
      ),
    ),
  ];
};
