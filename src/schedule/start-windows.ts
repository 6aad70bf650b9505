/** When a job may start: in `room` minutes from each of its runs, which are sorted minutes from 1970. */
export interface StartWindows {
  readonly runs: readonly number[];
  readonly room: number;
}

/**
 * The offsets of `job` that bring one of its runs less than `margin` minutes from a run of `other`, wherever in its
 * own room that one starts. Counts minutes that pass, so around a change of the clocks it may be off by the change.
 */
export function offsetsNear(job: StartWindows, other: StartWindows, margin: number): Set<number> {
  const found = new Set<number>();
  if (margin === 0) return found;
  const [before, after] = [margin - 1, other.room - 1 + margin - 1];
  // Every day is like the day before, unless the clocks change.
  const known = new Set<number>();
  let next = 0;
  for (const run of job.runs) {
    while ((other.runs[next] ?? Infinity) + after < run) next += 1;
    for (let at = next; (other.runs[at] ?? Infinity) - before < run + job.room; at += 1) {
      const due = (other.runs[at] ?? 0) - run;
      if (known.has(due)) continue;
      known.add(due);
      const last = Math.min(job.room - 1, due + after);
      for (let offset = Math.max(0, due - before); offset <= last; offset += 1) found.add(offset);
    }
    if (found.size === job.room) return found;
  }
  return found;
}
