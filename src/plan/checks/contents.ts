import { holdingOf } from '../../runtimes/registry.js';
import type { Contract } from '../../model/contract.js';
import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import type { Policy } from '../../model/policy.js';
import { matchesWholeVolume } from '../../excludes/match.js';
import { excludesInside } from '../../excludes/bound.js';
import type { PlannedVolume } from '../../model/plan.js';
import { volumeRoot } from '../volumes.js';
import type { Check } from '../../model/check.js';
import { locatedVolumes } from './places.js';

interface Pattern {
  /** As it is written. */
  readonly text: string;
  readonly span: () => Span;
  /** As restic gets it. */
  readonly rendered: readonly string[];
}

/**
 * A pattern that leaves out a whole volume: the job would end well, every day, and save nothing. A warning, because others
 * may bring something back (`!`), and so that `stowage diff` can still say what the change means.
 */
export const wholeVolumeExcluded: Check = (input) => {
  const seen = new Set<string>();
  return locatedVolumes(input)
    .filter(({ volume }) => holdingOf(volume.kind) !== 'guest')
    .flatMap(({ contract, volume }): Diagnostic[] => {
      const patterns = patternsOf(input.policy, contract, volume);
      const culprit = patterns.find(({ rendered }) =>
        rendered.some((pattern) => matchesWholeVolume(pattern, volume.snapshot_path)),
      );
      if (culprit === undefined) return [];
      const span = culprit.span();
      // One in the policy is one mistake, however many volumes it hits.
      const key = `${span.file}:${span.line}:${span.column}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [
        {
          code: 'STW408',
          severity: 'warning',
          message: `the exclude pattern \`${culprit.text}\` leaves out the whole of volume \`${volume.volume}\` of \`${contract.service_id}\`, so its snapshots may be empty`,
          span,
          hint: 'name what to leave out inside the volume; if nothing of it is needed, waive it: `enabled: false` with a `reason`',
        },
      ];
    });
};

function patternsOf(policy: Policy, contract: Contract, volume: PlannedVolume): Pattern[] {
  const roots = contract.persistent_volumes.map(({ name }) => volumeRoot(contract, name));
  const own = contract.backup.settings.exclude;
  const inherited = own === undefined;
  const document = inherited ? policy.document : contract.document;
  const pointer = inherited ? ['defaults', 'exclude'] : ['backup', 'exclude'];
  const ofService = (own ?? policy.defaults.exclude).map((text, index) => ({
    text,
    span: () => document.span([...pointer, index]),
    rendered: excludesInside([text], roots),
  }));
  const settings = contract.backup.volumes.get(volume.volume);
  const ofVolume = (settings?.exclude ?? []).map((text, index) => ({
    text,
    span: () => contract.document.span([...(settings?.pointer ?? []), 'exclude', index]),
    rendered: volume.exclude.slice(index, index + 1),
  }));
  const declared = contract.persistent_volumes.find(({ name }) => name === volume.volume)?.excludes ?? [];
  const ofStorage = declared.map(({ pattern, pointer: at }, index) => ({
    text: pattern,
    span: () => contract.document.span(at),
    rendered: volume.exclude.slice(ofVolume.length + index, ofVolume.length + index + 1),
  }));
  return [...ofService, ...ofVolume, ...ofStorage];
}
