import type { PlannedVolume } from '../../model/plan.js';
import { isWithin } from '../../source/paths.js';
import { placementName, protectedVolumes } from '../../targets/protection.js';
import { quote, type Finding } from '../finding.js';
import { addressOf, sameData, volumePairs, type PlacementPair } from '../match.js';
import type { ReviewInput, Rule } from '../review.js';
import { dataName, subject } from './coverage.js';

/** Whether anything is backed up there before and after: else other rules have the say. */
function isBackedUp(input: ReviewInput, pair: PlacementPair): boolean {
  const { before, after } = covered(input, pair);
  return before.length > 0 && after.length > 0;
}

function covered({ before, after }: ReviewInput, pair: PlacementPair) {
  return {
    before: protectedVolumes(before.plan, pair.service.before, pair.before),
    after: protectedVolumes(after.plan, pair.service.after, pair.after),
  };
}

function livePairs(input: ReviewInput): PlacementPair[] {
  return input.matched.services
    .flatMap(({ placements }) => placements)
    .filter((pair) => isBackedUp(input, pair));
}

/** Volumes that are backed up before and after. */
function livePairsOfVolumes(input: ReviewInput, pair: PlacementPair): [PlannedVolume, PlannedVolume][] {
  const live = covered(input, pair);
  return volumePairs(pair).filter(
    ([before, after]) => live.before.includes(before) && live.after.includes(after),
  );
}

/** restic groups snapshots by host and tags: when one of them changes, a new history begins. */
export const groupChanged: Rule = (input) =>
  livePairs(input).flatMap((pair): Finding[] => {
    const { before, after } = pair.service;
    const group = (host: string, tags: readonly string[]) =>
      [`host ${host}`, ...tags.map((tag) => `tag ${tag}`)].join(', ');
    const old = group(pair.before.snapshot_host, [...before.tags].sort());
    const now = group(pair.after.snapshot_host, [...after.tags].sort());
    if (old === now) return [];
    const host = pair.before.snapshot_host === pair.after.snapshot_host ? '' : 'host ';
    return [
      {
        ...subject(after, pair.after, null),
        code: 'STW811',
        severity: 'critical',
        before: old,
        after: now,
        message: `the ${host === '' ? 'tags' : 'host'} of the snapshots of ${quote(after.service_id)} on ${placementName(pair.after)} change: a new history begins, the old one stays as it is`,
        hint: `set \`snapshot_host: ${pair.before.snapshot_host}\` on the deployment to carry on, or give the old snapshots the new host with \`restic rewrite --forget --new-host\`, which adds no tag`,
        span: input.spans.placement(after, pair.after),
      },
    ];
  });

/** A snapshot path that changes under the same name: a guest's dump takes the place of a folder, or another guest's. */
export const pathChanged: Rule = (input) =>
  livePairs(input).flatMap((pair) =>
    livePairsOfVolumes(input, pair)
      .filter(([before, after]) => before.snapshot_path !== after.snapshot_path)
      .map(([before, after]): Finding => ({
        ...subject(pair.service.after, pair.after, after.volume),
        code: 'STW803',
        severity: 'critical',
        before: before.snapshot_path,
        after: after.snapshot_path,
        message: `snapshots hold volume ${quote(after.volume)} of ${quote(pair.service.id)} under another path from now on, old ones under the old path`,
        hint: `what is older must be restored from \`${before.snapshot_path}\`, and goes as retention passes`,
        span: movedAt(input.spans, pair, after),
      })),
  );

/** Another repository, or another address for it: the history stays behind. */
export const repositorySwitched: Rule = (input) =>
  input.matched.services.flatMap((pair): Finding[] => {
    const { repositories, spans } = input;
    const { before, after, placements } = pair;
    const old = repositories.before.get(before.repository);
    const now = repositories.after.get(after.repository);
    const live = placements.filter((placement) => isBackedUp(input, placement));
    if (live.length === 0 || old === undefined || now === undefined) return [];
    const shared = { code: 'STW810' as const, severity: 'critical' as const };
    if (addressOf(old) !== addressOf(now)) {
      const same = old.name === now.name;
      const name = (repository: typeof old) =>
        same ? repository.url : `${repository.name} (${repository.url})`;
      return [
        {
          ...shared,
          ...{ service: pair.id, volume: null, runtime: null, host: null },
          before: name(old),
          after: name(now),
          message: `${quote(pair.id)} is backed up into another repository: its history stays in the old one`,
          hint: '`restic copy` the old snapshots first, or keep the old repository maintained for as long as they matter',
          span: same ? spans.repository(now.name, 'url') : spans.setting(after, 'repository'),
        },
      ];
    }
    if (now.local_path === null) return [];
    return live
      .filter(({ before: from, after: to }) => from.host !== to.host)
      .map((placement): Finding => ({
        ...shared,
        ...subject(after, placement.after, null),
        before: `${now.url} on ${placement.before.host ?? 'its host'}`,
        after: `${now.url} on ${placement.after.host ?? 'its host'}`,
        message: `${quote(pair.id)} moves to another host, and repository ${quote(now.name)} is a folder of the host: its history stays behind`,
        hint: 'copy the repository to the new host first, or use one with a network address',
        span: spans.placement(after, placement.after),
      }));
  });

/** Another directory, host or runtime under the same snapshot path: history goes on. */
export const moved: Rule = (input) =>
  livePairs(input).flatMap((pair) =>
    livePairsOfVolumes(input, pair)
      .filter(([before, after]) => before.snapshot_path === after.snapshot_path)
      .filter(
        ([before, after]) => !sameData([pair.before, before], [pair.after, after]) || runsElsewhere(pair),
      )
      .map(([before, after]) => movedVolume(input, pair, before, after)),
  );

/** The deployment that moved a service, or else the key that moved the volume. */
function movedAt(spans: ReviewInput['spans'], pair: PlacementPair, volume: PlannedVolume): Finding['span'] {
  const { before, after, service } = pair;
  const deployed = before.runtime !== after.runtime || before.host !== after.host;
  return deployed
    ? spans.placement(service.after, after)
    : spans.movedVolume(service.after, volume.volume, after);
}

function runsElsewhere({ before, after }: PlacementPair): boolean {
  return before.runtime !== after.runtime || before.scope !== after.scope;
}

function movedVolume(
  { spans }: ReviewInput,
  pair: PlacementPair,
  before: PlannedVolume,
  after: PlannedVolume,
): Finding {
  const service = pair.service.after;
  const name = `volume ${quote(after.volume)} of ${quote(service.service_id)}`;
  const sameHost = pair.before.host === pair.after.host && before.kind === after.kind;
  const placed = placementName(pair.before) !== placementName(pair.after);
  const named = !placed && dataName(before) !== dataName(after);
  const show = (volume: PlannedVolume, placement: typeof pair.before) =>
    placed ? `${dataName(volume)}, ${placementName(placement)}` : named ? dataName(volume) : volume.location;
  const shared = {
    ...subject(service, pair.after, after.volume),
    before: show(before, pair.before),
    after: show(after, pair.after),
    span: movedAt(spans, pair, after),
  };
  if (sameHost && before.location !== after.location && isWithin(after.location, before.location)) {
    return {
      ...shared,
      code: 'STW828',
      severity: 'warning',
      before: before.location,
      after: after.location,
      message: `only a part of ${name} is backed up from now on`,
      hint: 'check that the rest of the folder holds nothing that is needed',
    };
  }
  return {
    ...shared,
    code: 'STW842',
    severity: 'info',
    message: `${name} moves and keeps its history`,
    hint: '',
  };
}
