/** The tag by which every snapshot of a service is found; the first of its tags. */
export function serviceTag({ tags: [tag = ''] }: { readonly tags: readonly string[] }): string {
  return tag;
}

/**
 * The tag, beside those of the service, of a dump that has snapshots of its own: forget keeps the newest of each day per host
 * and tags, and one of the two would lose its day without it.
 */
export function streamTag(dump: string): string {
  return `part:dump-${dump}`;
}
