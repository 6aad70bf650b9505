/** One command, as a list of arguments. */
export type Command = readonly string[];
/** Commands joined by pipes; most have one. */
export type Pipeline = readonly Command[];

/** One step of a restore: what to do and why, then what to type. */
export interface Step {
  readonly heading: string;
  readonly text: string;
  readonly pipelines: readonly Pipeline[];
}

/** How to restore a service in one place. */
export interface Guide {
  readonly title: string;
  /** When and under which name its snapshots are made. */
  readonly about: string;
  readonly steps: readonly Step[];
}

/** A step with single commands only. */
export function step(heading: string, text: string, commands: readonly Command[]): Step {
  return { heading, text, pipelines: commands.map((command) => [command]) };
}

/** `kubectl apply` of one object, whole in one line so that it can be copied. JSON is YAML. */
export function applied(manifest: unknown): Pipeline {
  return [
    ['printf', '%s', JSON.stringify(manifest)],
    ['kubectl', 'apply', '--filename=-'],
  ];
}

/**
 * What the step that restores a volume in place says of its two commands.
 *
 * @param spared names of volumes inside this one that the restore does not touch
 */
export function inPlaceText(spared: readonly string[]): string {
  const names = spared.join(' and ');
  const inside = names === '' ? '' : ` What lies inside as ${names} is left alone.`;
  return `The first command only says what would change; the second restores. Files that the snapshot does not have are deleted.${inside}`;
}

/**
 * What the step of a host says that restores a volume in place, whose script deletes nothing.
 *
 * @param spared names of volumes inside this one that the restore does not touch
 */
export function restoreText(spared: readonly string[]): string {
  const names = spared.join(' and ');
  const inside = names === '' ? '' : ` What lies inside as ${names} is left alone.`;
  return `The first command only says what would change; the second restores. Nothing is deleted.${inside}`;
}

/** What the two steps say that delete what a snapshot does not have. */
export const EXTRA_TEXT = {
  show: 'Only shows it. What backups leave out, other file systems, and what was there unchanged before the snapshot was made are left alone. To keep all of it, skip the next step.',
  delete: 'Deletes exactly what was shown, or nothing when that is no longer the same.',
} as const;
