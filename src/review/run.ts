import { Simulated } from '../schedule/simulated.js';
import type { Zones } from '../schedule/zone.js';
import { maskSecrets } from '../source/secrets.js';
import { SEVERITIES, type Finding } from './finding.js';
import { templateChanges } from './template-changes.js';
import { matchPlans } from './match.js';
import { underName } from './renamed.js';
import type { Spans } from './spans.js';
import type { ReviewInput } from './review.js';
import type { Side } from './side.js';
import { RULES } from './rules/registry.js';
import { compareText } from '../text/compare.js';

/** What a change from one plan to another means: the severest findings first, then by file and position. Pure. */
export function review(before: Side, after: ReviewInput['after'], spans: Spans, zones: Zones): Finding[] {
  const byName = ({ plan }: Side) =>
    new Map(plan.repositories.map((repository) => [repository.name, repository]));
  const old = underName(before, after.plan.project);
  const input: ReviewInput = {
    before: old,
    after,
    spans,
    matched: matchPlans(before.plan, after.plan),
    repositories: { before: byName(before), after: byName(after) },
    templateChanges: templateChanges({ before: old, after }),
    simulated: new Simulated(zones),
  };
  return RULES.flatMap((rule) => rule(input))
    .map(withoutSecrets)
    .sort(compareFindings);
}

/** Old plans and trees are read as they are, whatever somebody once wrote into them. */
function withoutSecrets(finding: Finding): Finding {
  const { before, after, message, hint } = finding;
  return {
    ...finding,
    before: before === null ? null : maskSecrets(before),
    after: after === null ? null : maskSecrets(after),
    message: maskSecrets(message),
    hint: maskSecrets(hint),
  };
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.code, b.code) ||
    compareText(a.span.file, b.span.file) ||
    a.span.line - b.span.line ||
    compareText(a.message, b.message) ||
    compareText(a.before ?? '', b.before ?? '') ||
    compareText(a.after ?? '', b.after ?? '')
  );
}
