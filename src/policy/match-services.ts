/** Things with a `service_id`, sorted by it, whose whole id a shell-style pattern matches: `*` any run of characters, `?` one. */
export function matchingServices<Item extends { readonly service_id: string }>(
  pattern: string,
  items: readonly Item[],
): readonly Item[] {
  if (!isGlob(pattern)) {
    const found = items[firstAtOrAfter(pattern, items)];
    return found?.service_id === pattern ? [found] : [];
  }
  const expression = wholeId(pattern);
  return items.filter((item) => expression.test(item.service_id));
}

/** Whether a pattern may match more than one id. */
export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** Matches what a pattern does. */
export function wholeId(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

/** Binary search, because large fleets name their services one by one. */
function firstAtOrAfter(id: string, items: readonly { readonly service_id: string }[]): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.service_id ?? '') < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
