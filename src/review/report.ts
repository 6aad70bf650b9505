import type { Finding, Verdict } from './finding.js';
import type { FileChanges } from './review.js';

/** What a review found: what the change means, then what changed. */
export interface Review {
  readonly verdict: Verdict;
  /** Sorted, the severest first. */
  readonly findings: readonly Finding[];
  readonly files: FileChanges;
  /** Both sides of a rendered file without what says where it comes from; empty where there is none. */
  readonly contents: (path: string) => { readonly before: string; readonly after: string };
}

/** The review in the shape of the JSON interface: keys and their order stay. */
export function reviewDocument({ verdict, findings, files }: Review): Record<string, unknown> {
  return {
    verdict,
    findings: findings.map(
      ({ code, severity, service, volume, runtime, host, before, after, message, span }) => ({
        ...{ code, severity, service, volume, runtime, host, before, after, message },
        file: span.file,
        line: span.line,
      }),
    ),
    files: { added: files.added, changed: files.changed, removed: files.removed },
  };
}
