import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';

/** What is wrong with the snapshots that exist. */
const KINDS = {
  missing: { code: 'STW901', severity: 'error' },
  stale: { code: 'STW902', severity: 'error' },
  paths: { code: 'STW903', severity: 'error' },
  incomplete: { code: 'STW904', severity: 'error' },
  shrunk: { code: 'STW905', severity: 'error' },
  orphan: { code: 'STW906', severity: 'warning' },
  fewer: { code: 'STW907', severity: 'warning' },
} as const satisfies Record<string, { code: DiagnosticCode; severity: 'error' | 'warning' }>;

export type Kind = keyof typeof KINDS;

/** One thing that the snapshots of a repository lack, or that is there and should not be. */
export interface AuditFinding {
  readonly kind: Kind;
  /** Null for snapshots of no service of the plan. */
  readonly service: string | null;
  readonly repository: string;
  /** restic's `--host`; null where an operator chooses it. */
  readonly host: string | null;
  /** UTC, ISO 8601; null where there is none. */
  readonly newest: string | null;
  /** When a snapshot was due at the latest; null where the matter is none of time. */
  readonly expected: string | null;
  readonly message: string;
  readonly hint: string;
  readonly span: Span;
}

export function auditDiagnostic({ kind, message, hint, span }: AuditFinding): Diagnostic {
  return { ...KINDS[kind], message, span, ...(hint === '' ? {} : { hint }) };
}

/** The findings in the shape of the JSON interface: keys and their order stay. */
export function auditDocument(findings: readonly AuditFinding[]): Record<string, unknown> {
  return {
    verdict: findings.some(({ kind }) => KINDS[kind].severity === 'error') ? 'problems' : 'ok',
    findings: findings.map(({ kind, service, repository, host, newest, expected, message }) => ({
      ...{ ...KINDS[kind], kind, service, repository, host, newest, expected, message },
    })),
  };
}
