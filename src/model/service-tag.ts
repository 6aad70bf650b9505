/** The tag by which every snapshot of a service is found; the first of its tags. */
export function serviceTag({ tags: [tag = ''] }: { readonly tags: readonly string[] }): string {
  return tag;
}
