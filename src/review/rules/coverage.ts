import { holdingOf } from '../../runtimes/registry.js';
import { labelTexts } from '../../model/labels.js';
import type { Placement, PlannedVolume, ServicePlan } from '../../model/plan.js';
import type { Labels } from '../../model/policy.js';
import { isWaived } from '../../model/volume.js';
import { pathsOverlap } from '../../source/paths.js';
import { placementName, protectedVolumes, protection } from '../../targets/protection.js';
import { quote, type Finding, type Subject } from '../finding.js';
import { sameData, type PlacementPair } from '../match.js';
import type { ReviewInput, Rule } from '../review.js';

const FADES = 'snapshots that hold it go as retention passes';

export function subject(service: ServicePlan, placement: Placement, volume: string | null): Subject {
  return { service: service.service_id, volume, runtime: placement.runtime, host: placement.host };
}

/** `/srv/wiki`, `wiki_data`. */
export function dataName(volume: PlannedVolume): string {
  return volume.name === null ? volume.location : `${volume.kind} ${volume.name}`;
}

/** Volumes of placements that go on: left out of the contract, renamed, waived, or out of reach of any job. */
export const lostVolumes: Rule = ({ before: old, after: current, matched, spans }) =>
  matched.services
    .flatMap(({ placements }) => placements)
    .flatMap((pair) =>
      protectedVolumes(old.plan, pair.service.before, pair.before).flatMap((volume): Finding[] => {
        const { before, after } = pair.service;
        const shared = { ...subject(after, pair.after, volume.volume), severity: 'critical' as const };
        const name = `volume ${quote(volume.volume)} of ${quote(after.service_id)}`;
        const now = pair.after.volumes.find((candidate) => candidate.volume === volume.volume);
        if (now === undefined) return [removedOrRenamed(pair, volume, spans)];
        if (protection(current.plan, after, pair.after, now) === 'backed up') return [];
        if (isWaived(now)) {
          return [
            {
              ...shared,
              code: 'STW802',
              before: 'backed up',
              after: `waived: ${now.reason ?? 'no reason given'}`,
              message: `${name} is waived: it is no longer backed up on ${placementName(pair.after)}`,
              hint: `make sure that the data can be made again; ${FADES}`,
              span: spans.volumeSetting(after, volume.volume, 'enabled'),
            },
          ];
        }
        return [
          {
            ...shared,
            code: 'STW806',
            before: `backed up on ${placementName(pair.before)}`,
            after: now.obstacle ?? pair.after.obstacles[0] ?? 'no job',
            message: `no job backs up ${name} on ${placementName(pair.after)} any more`,
            hint: 'remove what keeps its job from being rendered',
            span: spans.placement(before, pair.after),
          },
        ];
      }),
    );

function removedOrRenamed(pair: PlacementPair, volume: PlannedVolume, spans: ReviewInput['spans']): Finding {
  const { before, after } = pair.service;
  const known = new Set(pair.before.volumes.map((candidate) => candidate.volume));
  const successor = pair.after.volumes.find(
    (candidate) =>
      !known.has(candidate.volume) &&
      (candidate.path === volume.path || sameData([pair.before, volume], [pair.after, candidate])),
  );
  const name = `volume ${quote(volume.volume)} of ${quote(after.service_id)}`;
  const shared = { ...subject(before, pair.after, volume.volume), severity: 'critical' as const };
  if (successor !== undefined) {
    return {
      ...shared,
      code: 'STW803',
      before: volume.snapshot_path,
      after: successor.snapshot_path,
      message: `${name} is renamed to ${quote(successor.volume)}: new snapshots hold it under another path, old ones under the old path`,
      hint: `keep the name ${quote(volume.volume)}, or note that what is older must be restored from \`${volume.snapshot_path}\` and goes as retention passes`,
      span: spans.volume(after, successor.volume),
    };
  }
  return {
    ...shared,
    code: 'STW801',
    before: dataName(volume),
    after: null,
    message: `${name} left its contract: it is no longer backed up on ${placementName(pair.after)}`,
    hint: `put it back, or waive it with a reason; ${FADES}`,
    span: spans.volume(after, volume.volume),
  };
}

/** Spans that a service leaves without going anywhere else. */
export const lostPlaces: Rule = ({ before: { plan }, matched, spans }) =>
  matched.services.flatMap(({ before, after, gone }) =>
    gone.flatMap((placement) =>
      protectedVolumes(plan, before, placement).map((volume): Finding => ({
        ...subject(before, placement, volume.volume),
        code: 'STW805',
        severity: 'critical',
        before: dataName(volume),
        after: null,
        message: `volume ${quote(volume.volume)} of ${quote(before.service_id)} is no longer backed up on ${placementName(placement)}: nothing deploys the service there`,
        hint: `if data is left there, keep the deployment until it is moved; its snapshots carry the host \`${placement.snapshot_host}\``,
        span: spans.placement(after, placement),
      })),
    ),
  );

/**
 * Nodes that no longer back up hostPaths of their own: every node has data that no other one has. A selector that asks
 * for less loses none.
 */
export const lostNodes: Rule = ({ before: { plan: earlier }, after: { plan: later }, matched, spans }) =>
  matched.services
    .flatMap(({ placements }) => placements)
    .flatMap(({ before, after, service }): Finding[] => {
      const [old, now] = [before.node_selector, after.node_selector];
      // Where nothing is on Kubernetes any more, other rules have the say.
      if (old === undefined || after.namespace === null) return [];
      const known = new Set(labelTexts(old));
      if (now !== undefined && labelTexts(now).every((label) => known.has(label))) return [];
      const hostPaths = (volumes: readonly PlannedVolume[]) =>
        volumes.filter(({ kind }) => holdingOf(kind) === 'folder');
      const kept = new Set(
        hostPaths(protectedVolumes(later, service.after, after)).map(({ volume }) => volume),
      );
      return hostPaths(protectedVolumes(earlier, service.before, before))
        .filter(({ volume }) => kept.has(volume))
        .map((volume): Finding => ({
          ...subject(service.after, after, volume.volume),
          code: 'STW805',
          severity: 'critical',
          before: nodesText(old),
          after: now === undefined ? "the workload's node, one at a time" : nodesText(now),
          message: `volume ${quote(volume.volume)} of ${quote(service.id)} is no longer backed up on nodes that are not selected now: each had data of its own`,
          hint: `make sure that the new nodes hold all of it; the old ones' snapshots carry the tag \`node:<name>\``,
          span: spans.nodes(service.after, after),
        }));
    });

function nodesText(labels: Labels): string {
  const texts = labelTexts(labels);
  return texts.length === 0 ? 'every node' : `nodes with ${texts.join(', ')}`;
}

/** Services that are gone: renamed, folded into another one, or taken out. */
export const lostServices: Rule = (input) =>
  input.matched.gone.flatMap((service) =>
    service.placements.flatMap((placement) =>
      protectedVolumes(input.before.plan, service, placement).map((volume) =>
        lostService(input, service, placement, volume),
      ),
    ),
  );

function lostService(
  { after, matched, spans }: ReviewInput,
  service: ServicePlan,
  placement: Placement,
  volume: PlannedVolume,
): Finding {
  const shared = {
    ...subject(service, placement, volume.volume),
    severity: 'critical' as const,
    before: `${service.service_id}: ${dataName(volume)}`,
  };
  const heir =
    userOf(after, placement, volume) ??
    matched.added.find((candidate) => isRenamed(service, candidate, volume)) ??
    null;
  const name = `volume ${quote(volume.volume)} of ${quote(service.service_id)}`;
  const orphans = `forget goes by the tag \`service:${service.service_id}\`, so the old snapshots stay until somebody forgets them by hand`;
  if (heir !== null && matched.added.includes(heir)) {
    return {
      ...shared,
      code: 'STW803',
      after: heir.service_id,
      message: `service ${quote(service.service_id)} is renamed to ${quote(heir.service_id)}: the history of ${name} stays under the old name, and a new one begins`,
      hint: `keep \`service_id: ${service.service_id}\`; ${orphans}`,
      span: spans.service(heir),
    };
  }
  if (heir !== null) {
    return {
      ...shared,
      code: 'STW804',
      after: heir.service_id,
      message: `service ${quote(service.service_id)} is gone, and ${quote(heir.service_id)} uses the data of ${name}: its history ends`,
      hint: `check that ${quote(heir.service_id)} backs up what it needs; ${orphans}`,
      span: spans.volume(service, volume.volume),
    };
  }
  return {
    ...shared,
    code: 'STW801',
    after: null,
    message: `service ${quote(service.service_id)} is gone: ${name} is no longer backed up on ${placementName(placement)}`,
    hint: `make sure that the data is not needed; ${orphans}`,
    span: spans.volume(service, volume.volume),
  };
}

/** The service that uses the same data now, a part of it or a folder around it, whether it backs it up or not. */
function userOf(
  { plan, mounts }: ReviewInput['after'],
  placement: Placement,
  volume: PlannedVolume,
): ServicePlan | null {
  const same = (other: Placement) =>
    other.volumes.some((candidate) => sameData([placement, volume], [other, candidate]));
  const isFolder = holdingOf(volume.kind) === 'folder';
  const overlaps = (other: Placement, service: ServicePlan) =>
    isFolder &&
    other.host === placement.host &&
    [...(mounts.get(service.service_id) ?? []), ...foldersOf(other)].some((path) =>
      pathsOverlap(path, volume.location),
    );
  return (
    plan.services.find((service) => service.placements.some(same)) ??
    plan.services.find((service) => service.placements.some((other) => overlaps(other, service))) ??
    null
  );
}

function foldersOf({ volumes }: Placement): string[] {
  return volumes.flatMap(({ kind, location }) => (holdingOf(kind) === 'folder' ? [location] : []));
}

/** Whether a new service stands where the old one stood, with the same volume: managed volumes are named after it. */
function isRenamed(service: ServicePlan, candidate: ServicePlan, volume: PlannedVolume): boolean {
  const volumes = candidate.placements.flatMap((placement) => placement.volumes);
  return (
    candidate.contract === service.contract &&
    volumes.some((other) => other.volume === volume.volume && other.path === volume.path)
  );
}

/** What is backed up that was not before. */
export const gained: Rule = ({ before: { plan: earlier }, after: { plan }, matched, spans }) => {
  const fresh = (service: ServicePlan, placement: Placement, volume: PlannedVolume): Finding => ({
    ...subject(service, placement, volume.volume),
    code: 'STW840',
    severity: 'info',
    before: null,
    after: dataName(volume),
    message: `volume ${quote(volume.volume)} of ${quote(service.service_id)} is backed up on ${placementName(placement)} now`,
    hint: '',
    span: spans.volume(service, volume.volume),
  });
  const everything = (service: ServicePlan, placement: Placement) =>
    protectedVolumes(plan, service, placement).map((volume) => fresh(service, placement, volume));
  return [
    ...matched.added.flatMap((service) =>
      service.placements.flatMap((placement) => everything(service, placement)),
    ),
    ...matched.services.flatMap(({ after, added, placements }) => [
      ...added.flatMap((placement) => everything(after, placement)),
      ...placements.flatMap((pair) => {
        const known = new Set(
          protectedVolumes(earlier, pair.service.before, pair.before).map((volume) => volume.volume),
        );
        return protectedVolumes(plan, after, pair.after)
          .filter((volume) => !known.has(volume.volume))
          .map((volume) => fresh(after, pair.after, volume));
      }),
    ]),
  ];
};
