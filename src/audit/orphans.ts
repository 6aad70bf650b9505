import type { Span } from '../diagnostics/diagnostic.js';
import { showDuration } from '../schedule/show.js';
import { shellWord } from '../template/encoders/shell-word.js';
import { showBytes } from '../text/bytes.js';
import type { AuditFinding } from './finding.js';
import type { Left } from './series.js';

/** Of so few the ids are said. */
const FEW = 12;
/** Characters of an id as restic shows it, but for a few more: it refuses one that two snapshots begin with. */
const SHORT = 12;

/**
 * Snapshots of one host with the same tags that no job of the plan makes: how old and how large they are, and what would forget
 * them.
 */
export function orphanFinding(
  repository: string,
  { snapshots, are_all: areAll }: Left,
  at: number,
  span: Span,
): AuditFinding {
  const newest = snapshots.reduce((one, other) => (other.time > one.time ? other : one));
  const { hostname, tags, size } = newest;
  const age = showDuration(Math.max(0, at - Math.floor(newest.time / 60_000)));
  const what = snapshots.length === 1 ? 'a snapshot' : `${String(snapshots.length)} snapshots`;
  const tagged = tags.length === 0 ? 'no tag' : `the tags \`${tags.join(',')}\``;
  const large = size === null ? '' : ` and holds ${showBytes(size.bytes)}`;
  // What also matches others must not be a filter.
  const which =
    areAll && tags.length > 0 && snapshots.length > FEW
      ? ['--host', hostname, '--tag', tags.join(','), '--unsafe-allow-remove-all']
      : snapshots.map(({ id }) => id.slice(0, SHORT));
  const forget = ['restic', 'forget', ...which].map(shellWord).join(' ');
  return {
    kind: 'orphan',
    service: null,
    repository,
    host: hostname,
    newest: new Date(newest.time).toISOString(),
    expected: null,
    message: `\`${repository}\` has ${what} that no service of the plan makes, with the host \`${hostname}\` and ${tagged}; the newest is ${age} old${large}`,
    hint: `they stay until somebody removes them: \`${forget}\``,
    span,
  };
}
