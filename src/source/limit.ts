import type { Diagnostic } from '../diagnostics/diagnostic.js';

/** Findings shown for one file; nobody reads more before correcting some. */
export const MAX_PER_FILE = 1000;

/**
 * Shortens sorted findings to the first {@link MAX_PER_FILE} of each file; one more, where the first hidden one
 * stands, says how many are left out.
 */
export function limitPerFile(sorted: readonly Diagnostic[]): Diagnostic[] {
  const counts = new Map<string, number>();
  for (const { span } of sorted) counts.set(span.file, (counts.get(span.file) ?? 0) + 1);
  if ([...counts.values()].every((count) => count <= MAX_PER_FILE)) return [...sorted];
  const seen = new Map<string, number>();
  return sorted.flatMap((diagnostic): Diagnostic[] => {
    const { file } = diagnostic.span;
    const position = (seen.get(file) ?? 0) + 1;
    seen.set(file, position);
    if (position <= MAX_PER_FILE) return [diagnostic];
    if (position > MAX_PER_FILE + 1) return [];
    const hidden = (counts.get(file) ?? 0) - MAX_PER_FILE;
    const message = `${hidden} more findings from here on are not shown`;
    const hint = 'correct the ones that are shown, then run again';
    // Sensitive, since one of those left out may be about a secret on this line.
    return [{ code: 'STW029', severity: 'error', message, span: diagnostic.span, hint, sensitive: true }];
  });
}
