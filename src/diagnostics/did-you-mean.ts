/**
 * The candidate that a misspelt word most likely stands for, or null when nothing is close enough. Capitals do not count.
 *
 * @param candidates the words that would have been right, in order of preference among equals
 * @param furthest how many letters may be missing, extra, wrong or swapped with their neighbour
 */
export function closest(
  word: string,
  candidates: Iterable<string>,
  furthest = Math.max(1, Math.floor(word.length / 3)),
): string | null {
  let best: string | null = null;
  let bestDistance = furthest + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** A hint for a misspelt word, or null when nothing is close enough; see {@link closest}. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const best = closest(word, candidates);
  return best === null ? null : `did you mean \`${best}\`?`;
}

/** Optimal string alignment distance (insert, delete, replace, swap neighbours), or `limit` once it is reached. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replace, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit;
}
