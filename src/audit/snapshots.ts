import { asList, asMapping, asText } from '../source/access.js';

/** A snapshot as `restic snapshots --json` prints it. */
export interface Snapshot {
  readonly id: string;
  /** The id that it had before restic changed its tags; null where it never did. */
  readonly original: string | null;
  /** UTC milliseconds. */
  readonly time: number;
  readonly hostname: string;
  readonly tags: readonly string[];
  readonly paths: readonly string[];
  /** Files and bytes that restic saw; null from a restic before 0.17, which did not note it. */
  readonly size: { readonly files: number; readonly bytes: number } | null;
}

/** Why a list of snapshots cannot be read, and where. */
export interface Unreadable {
  readonly problem: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/**
 * Reads what `restic snapshots --json` printed: a list of snapshots, or of groups of them (`--group-by`).
 *
 * @see https://restic.readthedocs.io/en/stable/075_scripting.html#snapshots
 */
export function readSnapshots(text: string): readonly Snapshot[] | Unreadable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: 'it is no JSON', ...positionOf(text, error) };
  }
  const top = { line: 1, column: 1 };
  if (!Array.isArray(value)) return { problem: 'it is no list of snapshots', ...top };
  const listed = value.flatMap((one: unknown) => {
    const { group_key: key, snapshots } = asMapping(one);
    return key === undefined ? [one] : asList(snapshots);
  });
  const snapshots: Snapshot[] = [];
  for (const [index, one] of listed.entries()) {
    const snapshot = readSnapshot(one);
    if (snapshot === null) return { problem: `entry ${String(index + 1)} is no snapshot`, ...top };
    snapshots.push(snapshot);
  }
  return snapshots;
}

function readSnapshot(value: unknown): Snapshot | null {
  const given = asMapping(value);
  const [id, hostname] = [asText(given.id), asText(given.hostname)];
  const time = Date.parse(asText(given.time) ?? '');
  if (id === null || hostname === null || Number.isNaN(time)) return null;
  const { total_files_processed: files, total_bytes_processed: bytes } = asMapping(given.summary);
  return {
    id,
    original: asText(given.original),
    time,
    hostname,
    tags: texts(given.tags),
    paths: texts(given.paths),
    size: typeof files === 'number' && typeof bytes === 'number' ? { files, bytes } : null,
  };
}

function texts(value: unknown): string[] {
  return asList(value).flatMap((one) => asText(one) ?? []);
}

/** V8 says where it stopped, in characters from the start, or that the text ended too early; of a short text it may say neither. */
function positionOf(text: string, error: unknown): { line: number; column: number } {
  const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
  const end = String(error).includes('end of JSON') ? text.length : 0;
  const before = text.slice(0, position === undefined ? end : Number(position)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
