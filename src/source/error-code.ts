/** The code of a system error (`EACCES`); null for any other. Not by `instanceof`: test runners have two `Error`s. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
