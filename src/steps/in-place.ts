import type { PlannedVolume, ServicePlan } from '../model/plan.js';
import { excludesOf } from '../rendering/backup-options.js';
import { fenced, type Command, type Fence, type Step } from '../model/guide.js';

/** The three commands for each volume that is restored where it was. */
export interface InPlace {
  /** Names of volumes inside others, which the restores of those leave alone. */
  readonly spared: readonly string[];
  readonly restore: readonly Fence[];
  readonly preview: readonly Fence[];
  readonly apply: readonly Fence[];
}

/** Deleting is never part of restoring: whoever copies the first command has lost nothing. */
export function inPlaceSteps({ spared, restore, preview, apply }: InPlace): Step[] {
  const names = [...new Set(spared)].join(' and ');
  const inside =
    names === '' ? '' : ` What lies inside another volume as ${names} comes back by its own command.`;
  return [
    fenced(
      'Restore in place',
      `Files come back as the snapshot has them, over what is there. Nothing is deleted.${inside}`,
      restore,
    ),
    fenced(
      'Show what is there besides',
      'Only where files that are not in the snapshot do harm. It lists them, and deletes nothing. What backups leave out, other file systems, and what was there unchanged before the snapshot was made are left alone.',
      preview,
    ),
    fenced('Delete what was shown', 'Exactly that, or nothing when it is no longer the same.', apply),
  ];
}

/** The command that shows or deletes what a volume has and its snapshot does not. */
export function deleteExtra(
  service: Pick<ServicePlan, 'exclude'>,
  volume: Pick<PlannedVolume, 'exclude'>,
  action: '--preview' | '--apply',
  [script = '', ...rest]: Command,
): Command {
  const patterns = excludesOf(service, [volume]).map((pattern) => `--exclude=${pattern}`);
  return [script, 'delete-extra', action, ...rest, ...patterns];
}
