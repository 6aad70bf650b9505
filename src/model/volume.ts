import type { Contract, RuntimeName } from './contract.js';
import type { PlannedVolume } from './plan.js';

/** Those of them that are backed up, as files or by a dump. */
export function backedUp(volumes: readonly PlannedVolume[]): PlannedVolume[] {
  return volumes.filter((volume) => volume.backed_up);
}

/** Those of them whose files are backed up. */
export function copied(volumes: readonly PlannedVolume[]): PlannedVolume[] {
  return backedUp(volumes).filter(({ dumped_by }) => dumped_by === undefined);
}

/** Whether it is not backed up because somebody wrote that it need not be. */
export function isWaived({ backed_up, obstacle }: PlannedVolume): boolean {
  return !backed_up && obstacle === undefined;
}

/** Those of them that are to be backed up, whether any job can do it or not. */
export function wanted(volumes: readonly PlannedVolume[]): PlannedVolume[] {
  return volumes.filter((volume) => !isWaived(volume));
}

/** Whether a contract wants a volume backed up on a runtime, and what it says about that. */
export function wishFor(
  { backup }: Pick<Contract, 'backup'>,
  volume: string,
  runtime: RuntimeName,
): { readonly enabled: boolean; readonly reason: string | null } {
  const everywhere = backup.volumes.get(volume);
  const here = everywhere?.runtimes.get(runtime);
  return {
    enabled: here?.enabled ?? everywhere?.enabled ?? true,
    reason: here?.reason ?? everywhere?.reason ?? null,
  };
}

const HOME = '$HOME/';

/** The path below the home folder of whoever runs the job, which only the host knows; null for a path elsewhere. */
export function belowHome(location: string): string | null {
  return location.startsWith(HOME) ? location.slice(HOME.length) : null;
}

/** Where the whole of a named volume lies, of which a part is backed up; a path of the host is its own root. */
export function rootOf({ location, suffix }: Pick<PlannedVolume, 'location' | 'suffix'>): string {
  return suffix === '' ? location : location.slice(0, -suffix.length - 1);
}
