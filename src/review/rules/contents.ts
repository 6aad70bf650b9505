import { holdingOf } from '../../runtimes/registry.js';
import type { PlannedVolume, ServicePlan } from '../../model/plan.js';
import { placementName, protectedVolumes } from '../../targets/protection.js';
import { showDuration } from '../../schedule/show.js';
import { matchesWholeVolume } from '../../excludes/match.js';
import { quote, type Finding } from '../finding.js';
import type { PlacementPair } from '../match.js';
import type { ReviewInput, Rule } from '../review.js';
import { subject } from './coverage.js';

/** A volume that is backed up, with what it was before; null where it is new. */
export interface Volume {
  readonly service: ServicePlan;
  readonly placement: PlacementPair['after'];
  readonly volume: PlannedVolume;
  readonly before: { readonly service: ServicePlan; readonly volume: PlannedVolume } | null;
}

/** Everything that is backed up now. */
export function volumesOf({ matched, after: { plan } }: ReviewInput): Volume[] {
  const all = [
    ...matched.added.flatMap((service) =>
      service.placements.map((placement) => ({ service, placement, pair: null })),
    ),
    ...matched.services.flatMap(({ after, added, placements }) => [
      ...added.map((placement) => ({ service: after, placement, pair: null })),
      ...placements.map((pair) => ({ service: after, placement: pair.after, pair })),
    ]),
  ];
  return all.flatMap(({ service, placement, pair }) =>
    protectedVolumes(plan, service, placement).map((volume): Volume => {
      const old = pair?.before.volumes.find(
        (candidate) => candidate.volume === volume.volume && candidate.backed_up,
      );
      const before =
        pair === null || old === undefined ? null : { service: pair.service.before, volume: old };
      return { service, placement, volume, before };
    }),
  );
}

/** Patterns that may leave a volume's snapshots empty, new ones or those that a new volume falls under. */
export const wholeVolumeExcluded: Rule = (input) =>
  volumesOf(input).flatMap(({ service, placement, volume, before }): Finding[] => {
    if (holdingOf(volume.kind) === 'guest') return [];
    const old = new Set([...(before?.service.exclude ?? []), ...(before?.volume.exclude ?? [])]);
    const fresh = [...new Set([...service.exclude, ...volume.exclude])].filter(
      (pattern) =>
        !old.has(pattern) &&
        (matchesWholeVolume(pattern, volume.snapshot_path) || namesVolume(pattern, service, volume)),
    );
    return fresh.map((pattern) => ({
      ...subject(service, placement, volume.volume),
      code: 'STW821',
      severity: 'warning',
      before: null,
      after: pattern,
      message: `the exclude pattern ${quote(pattern)} can leave out the whole of volume ${quote(volume.volume)} of ${quote(service.service_id)} on ${placementName(placement)}`,
      hint: 'write a pattern that names folders inside the volume, or waive the volume with a reason',
      span: volume.exclude.includes(pattern)
        ? input.spans.volumeSetting(service, volume.volume, 'exclude')
        : input.spans.setting(service, 'exclude'),
    }));
  });

/** A pattern of the service that would match the volume's own name, had the plan not bound it to what lies inside. */
function namesVolume(
  pattern: string,
  { exclude }: ServicePlan,
  { snapshot_path: root }: PlannedVolume,
): boolean {
  if (!exclude.includes(pattern) || !pattern.startsWith(`${root}/**/`)) return false;
  return matchesWholeVolume(pattern.slice(root.length + 1), root);
}

/** Any other change of the patterns of what is left out. */
export const excludesChanged: Rule = ({ matched, spans }) =>
  matched.services.flatMap(({ id, before, after }): Finding[] => {
    const [old, now] = [patternsOf(before), patternsOf(after)];
    const added = now.filter((pattern) => !old.includes(pattern));
    const removed = old.filter((pattern) => !now.includes(pattern));
    if (added.length + removed.length === 0) return [];
    const show = (patterns: readonly string[]) => (patterns.length === 0 ? null : patterns.join(' '));
    return [
      {
        ...{ service: id, volume: null, runtime: null, host: null },
        code: 'STW845',
        severity: 'info',
        before: show(removed),
        after: show(added),
        message: `what backups of ${quote(id)} leave out changes`,
        hint: '',
        span: changedAt(spans, before, after),
      },
    ];
  });

/** The service's own patterns, or those of the first volume whose patterns change. */
function changedAt(spans: ReviewInput['spans'], before: ServicePlan, after: ServicePlan): Finding['span'] {
  const own = JSON.stringify(before.exclude) !== JSON.stringify(after.exclude);
  const volumes = (service: ServicePlan) => service.placements.flatMap((placement) => placement.volumes);
  const old = new Map(volumes(before).map(({ volume, exclude }) => [volume, JSON.stringify(exclude)]));
  const changed = volumes(after).find(({ volume, exclude }) => old.get(volume) !== JSON.stringify(exclude));
  return own || changed === undefined
    ? spans.setting(after, 'exclude')
    : spans.volumeSetting(after, changed.volume, 'exclude');
}

/** Patterns of a service and of the volumes that it keeps; those of a volume that is gone went with it. */
function patternsOf(service: ServicePlan): string[] {
  const volumes = service.placements.flatMap((placement) => placement.volumes);
  return [...new Set([...service.exclude, ...volumes.flatMap((volume) => volume.exclude)])].sort();
}

/** Checks that were there to notice a loss, and are turned off. */
export const safeguardsOff: Rule = (input) => [
  ...input.matched.services.flatMap(({ id, before, after }): Finding[] =>
    before.accept_incomplete || !after.accept_incomplete
      ? []
      : [
          {
            ...{ service: id, volume: null, runtime: null, host: null },
            code: 'STW827',
            severity: 'warning',
            before: 'an incomplete backup is a failure',
            after: 'an incomplete backup is a success',
            message: `a backup of ${quote(id)} that could not read some files counts as a success`,
            hint: 'nobody will be told what is missing; exclude what cannot be read instead',
            span: input.spans.setting(after, 'accept_incomplete'),
          },
        ],
  ),
  ...volumesOf(input).flatMap((volume) => weakerGuards(input, volume)),
  ...volumesOf(input).flatMap((volume) => staleAllowed(input, volume)),
  ...largerLosses(input),
  ...volumesOf(input)
    .filter(({ before, volume }) => before !== null && !before.volume.allow_empty && volume.allow_empty)
    .map(({ service, placement, volume }): Finding => ({
      ...subject(service, placement, volume.volume),
      code: 'STW827',
      severity: 'warning',
      before: 'an empty volume is a failure',
      after: 'an empty volume is backed up',
      message: `volume ${quote(volume.volume)} of ${quote(service.service_id)} may be empty: a source that is lost or not mounted is no failure any more`,
      hint: 'allow it only for volumes that are empty at times',
      span: input.spans.volumeSetting(service, volume.volume, 'allow_empty'),
    })),
];

/** `mount_point`, `must_contain` and `max_shrink` of one volume, where they are gone or let more pass. */
function weakerGuards(input: ReviewInput, { service, placement, volume, before }: Volume): Finding[] {
  if (before === null) return [];
  const of = `of volume ${quote(volume.volume)} of ${quote(service.service_id)}`;
  const kept = new Set(volume.must_contain);
  const dropped = (before.volume.must_contain ?? []).filter((path) => !kept.has(path));
  const finding = (key: string, old: string, message: string): Finding => ({
    ...subject(service, placement, volume.volume),
    ...{ code: 'STW827', severity: 'warning', before: old, after: null, message, hint: LOSS_UNNOTICED },
    span: input.spans.volumeSetting(service, volume.volume, key),
  });
  return [
    ...(before.volume.mount_point === true && volume.mount_point !== true
      ? [finding('mount_point', 'must be mounted', `the place ${of} need not be a mount point any more`)]
      : []),
    ...(dropped.length > 0
      ? [finding('must_contain', dropped.join(' '), `less has to be in the source ${of}`)]
      : []),
  ];
}

const LOSS_UNNOTICED =
  'a source that is lost or not mounted is noticed later, or not at all; keep it where it was no mistake';

/** Files that somebody else writes there, which may be older than before: a job that has stopped is noticed later, or never. */
function staleAllowed(input: ReviewInput, { service, placement, volume, before }: Volume): Finding[] {
  const [old, now] = [before?.volume.max_source_age, volume.max_source_age];
  // A dump that stands for it is as old as its job.
  if (old === undefined || volume.dumped_by !== undefined || (now !== undefined && now <= old)) return [];
  const of = `volume ${quote(volume.volume)} of ${quote(service.service_id)} on ${placementName(placement)}`;
  return [
    {
      ...subject(service, placement, volume.volume),
      ...{ code: 'STW862', severity: 'critical', before: showDuration(old) },
      after: now === undefined ? null : showDuration(now),
      message:
        now === undefined
          ? `the files in ${of} may be of any age`
          : `the files in ${of} may be older than before`,
      hint: 'a dump that nobody writes any more is backed up as if it were new; keep it where it was no mistake',
      span: input.spans.volumeSetting(service, volume.volume, 'max_source_age'),
    },
  ];
}

/** Volumes of a service that may lose more than before; one finding for those that go by the service's own limit. */
function largerLosses(input: ReviewInput): Finding[] {
  const larger = volumesOf(input).flatMap((entry) => {
    const { service, volume, before } = entry;
    // Where every job is an operator's, nothing is compared; that is said of the method.
    if (before === null || service.retry_lock === null) return [];
    const [old, now] = [allowedLoss(before.service, before.volume), allowedLoss(service, volume)];
    return now > old ? [{ ...entry, old, now }] : [];
  });
  const own = larger.filter(({ volume }) => volume.max_shrink_percent !== undefined);
  const inherited = new Map(
    larger
      .filter(({ volume }) => volume.max_shrink_percent === undefined)
      .map((entry) => [entry.service.service_id, entry]),
  );
  const finding = ({ service, old, now }: (typeof larger)[number], of: string) => ({
    ...{ code: 'STW827' as const, severity: 'warning' as const, before: `${old}%`, after: `${now}%` },
    message: `a snapshot of ${of}${quote(service.service_id)} may have lost more than before without a failure`,
    hint: LOSS_UNNOTICED,
  });
  return [
    ...own.map((entry): Finding => ({
      ...subject(entry.service, entry.placement, entry.volume.volume),
      ...finding(entry, `volume ${quote(entry.volume.volume)} of `),
      span: input.spans.volumeSetting(entry.service, entry.volume.volume, 'max_shrink'),
    })),
    ...[...inherited.values()].map((entry): Finding => ({
      ...{ service: entry.service.service_id, volume: null, runtime: null, host: null },
      ...finding(entry, ''),
      span: input.spans.setting(entry.service, 'max_shrink'),
    })),
  ];
}

/** Percent; a plan of an earlier version, which compared nothing, allowed everything. */
function allowedLoss(service: { max_shrink_percent?: number }, volume: PlannedVolume): number {
  return volume.max_shrink_percent ?? service.max_shrink_percent ?? 100;
}
