/** Images that carry a database's name, look at it or copy it, and hold none. */
const TOOL =
  /exporter|backup|dump|operator|proxy|router|sentinel|migrat|client|admin|commander|insight|express|-ui$/;

/** The repository of an image as lower-case parts: without tag and digest, its registry still before them. */
function repositoryOf(image: string): string[] {
  const [named = ''] = image.trim().toLowerCase().split('@');
  const parts = named.split('/');
  const last = (parts.pop() ?? '').replace(/:.*$/, '');
  return [...parts, last];
}

/** Whether an image is one of those, wherever it was pulled from. */
export function isImageOf(image: string, images: readonly string[]): boolean {
  const parts = repositoryOf(image);
  return images.some((known) => {
    const wanted = known.split('/');
    return wanted.every((part, index) => part === parts[parts.length - wanted.length + index]);
  });
}

/** Whether an image only works with databases that others run. */
export function isToolImage(image: string): boolean {
  return TOOL.test(repositoryOf(image).at(-1) ?? '');
}
