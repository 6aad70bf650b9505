import type { Job } from '../../model/job.js';
import { RUNTIME_LIST } from '../../runtimes/registry.js';
import type { Runtime, WatchedFact } from '../../runtimes/runtime.js';
import type { Finding } from '../finding.js';
import type { ReviewInput, Rule } from '../review.js';
import { SHARED } from './template-texts.js';

/** The images that jobs run in, and the way in which volumes are read: as the plans say, or as the user's templates do. */
export const methods: Rule = (input) =>
  RUNTIME_LIST.flatMap((runtime) =>
    runtime.watched.flatMap((watched) => [
      ...changedFact(input, runtime, watched),
      ...changedByTemplates(input, runtime, watched),
    ]),
  );

/** What only one side knows is no change: an older plan does not say it. */
function changedFact(
  { before, after, spans }: ReviewInput,
  { name, runs_on }: Runtime,
  watched: WatchedFact,
): Finding[] {
  const valuesOf = (jobs: readonly Job[]): string[] => {
    // A repository's jobs are no runtime's; what they run in is that of the runtimes of their place.
    const own = jobs.filter(({ runtime, place }) =>
      runtime === null ? place.on === runs_on : runtime === name,
    );
    return [...new Set(own.flatMap((job) => watched.valueOf(job) ?? []))].sort();
  };
  return findingOf(name, watched, valuesOf(before.plan.jobs), valuesOf(after.plan.jobs), () =>
    spans.policy(['runtimes', name, watched.key]),
  );
}

function changedByTemplates(
  { templateChanges, spans }: ReviewInput,
  { name }: Runtime,
  watched: WatchedFact,
): Finding[] {
  const changes = templateChanges.filter(({ path }) => watched.files.test(path));
  const ours = new Set(changes.flatMap(({ plain }) => writtenIn(plain, watched)));
  const before = changes.flatMap((change) => writtenIn(change.before, watched));
  const after = changes.flatMap((change) => writtenIn(change.after, watched));
  const own = after.filter((value) => !ours.has(value));
  return findingOf(name, watched, before, own, (value) =>
    spans.template(
      value,
      changes.map(({ path }) => path),
    ),
  );
}

function writtenIn(text: string, { written }: WatchedFact): string[] {
  return [...text.matchAll(written)].flatMap(([, value]) => value ?? []);
}

function findingOf(
  runtime: string,
  { code, message, hint }: WatchedFact,
  before: readonly string[],
  after: readonly string[],
  spanOf: (added: string) => Finding['span'],
): Finding[] {
  const [old, now] = [[...new Set(before)], [...new Set(after)]];
  const added = now.filter((value) => !old.includes(value));
  const [first] = added;
  if (old.length === 0 || first === undefined) return [];
  const removed = old.filter((value) => !now.includes(value));
  return [
    {
      ...SHARED,
      ...{ runtime, code, message, hint },
      severity: 'warning',
      before: removed.join(', ') || old.join(', '),
      after: added.join(', '),
      span: spanOf(first),
    },
  ];
}
