/** A normalised absolute path, or what is wrong with it. */
export type PathResult = { readonly path: string } | { readonly problem: string };

/** Checks an absolute path; repeated and trailing slashes and `.` steps are dropped, `..` is refused. */
export function readAbsolutePath(text: string): PathResult {
  if (!text.startsWith('/')) return { problem: 'is not absolute' };
  const steps = text.split('/').filter((step) => step !== '' && step !== '.');
  if (steps.includes('..')) return { problem: 'climbs with `..`' };
  return { path: `/${steps.join('/')}` };
}

/** Checks a path below some folder; `''` stands for the folder itself. Same rules, but relative. */
export function readRelativePath(text: string): PathResult {
  if (text.startsWith('/') || text.startsWith('~')) return { problem: 'is not relative' };
  const steps = text.split('/').filter((step) => step !== '' && step !== '.');
  if (steps.includes('..')) return { problem: 'climbs with `..`' };
  if (text.includes('\\')) return { problem: 'holds a backslash' };
  return { path: steps.join('/') };
}

/** Whether two normalised absolute paths are equal or one lies below the other, step by step. */
export function pathsOverlap(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a);
}

/** Whether `path` is `parent` or lies below it. */
export function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent === '/' ? '/' : `${parent}/`);
}
