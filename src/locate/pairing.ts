import type { Contract, PersistentVolume, ServiceVolume } from '../model/contract.js';
import type { Pointer } from '../source/document.js';

/** Which service volume holds a persistent volume. */
export interface Pairing {
  /** Null when nothing that the runtime mounts holds it. */
  readonly partner: ServiceVolume | null;
  /** What of the persistent path lies below the partner's target, without a leading slash. */
  readonly suffix: string;
  /** A service volume of the same name whose target has nothing to do with the persistent path. */
  readonly misnamed: ServiceVolume | null;
}

/**
 * Pairs by equal name; else by equal path; else by the longest target above the path. A name whose target has
 * nothing to do with the path is doubted: the match by path is trusted if there is one, else the name.
 */
export function pairVolume(volume: PersistentVolume, mounted: readonly ServiceVolume[]): Pairing {
  const byPath = longestTargetAbove(volume.path, mounted);
  const sameName = mounted.filter((candidate) => candidate.name === volume.name);
  const named = longestTargetAbove(volume.path, sameName);
  if (named !== null) return { partner: named, suffix: below(volume.path, named.target), misnamed: null };
  const misnamed = sameName[0] ?? null;
  if (byPath !== null) return { partner: byPath, suffix: below(volume.path, byPath.target), misnamed };
  return { partner: misnamed, suffix: '', misnamed };
}

/**
 * What in a contract decides where a persistent volume lies: the `host_path` of the bind mount that holds it, else its own
 * `path`.
 */
export function declaredIn(contract: Contract, name: string, mounted: readonly ServiceVolume[]): Pointer {
  const volume = contract.persistent_volumes.find((candidate) => candidate.name === name);
  if (volume === undefined) return [];
  const { partner } = pairVolume(volume, mounted);
  return partner?.host_path == null ? [...volume.pointer, 'path'] : [...partner.pointer, 'host_path'];
}

function longestTargetAbove(path: string, candidates: readonly ServiceVolume[]): ServiceVolume | null {
  let best: ServiceVolume | null = null;
  for (const candidate of candidates) {
    if (isAtOrBelow(path, candidate.target) && candidate.target.length > (best?.target.length ?? -1)) {
      best = candidate;
    }
  }
  return best;
}

/** Whether `path` is `ancestor` or lies below it, by whole components. Both absolute and normalised. */
export function isAtOrBelow(path: string, ancestor: string): boolean {
  return path === ancestor || ancestor === '/' || path.startsWith(`${ancestor}/`);
}

/** The innermost volume in which the workload sees a path; null where none holds it. */
export function innermost<Volume extends { readonly path: string }>(
  path: string,
  volumes: readonly Volume[],
): Volume | null {
  const holding = volumes.filter((volume) => isAtOrBelow(path, volume.path));
  return holding.sort((a, b) => b.path.length - a.path.length)[0] ?? null;
}

function below(path: string, ancestor: string): string {
  return path.slice(ancestor.length).replace(/^\//, '');
}
