import { count } from '../diagnostics/format-text.js';
import { prose } from '../template/markdown-prose.js';
import { auditDiagnostic, type AuditFinding } from './finding.js';

/** An audit as a page or a comment: how it stands, then a list. Names are encoded: they make no markup. */
export function formatAuditMarkdown(findings: readonly AuditFinding[]): string {
  const problems = findings.filter((finding) => auditDiagnostic(finding).severity === 'error').length;
  const warnings = findings.length - problems;
  const head = `**Snapshots: ${problems === 0 ? 'ok' : 'problems'}** – ${count(problems, 'problem')}, ${count(warnings, 'warning')}.\n`;
  const lines = findings.map(({ kind, message, hint }) => {
    const todo = hint === '' ? '' : ` To do: ${prose(hint)}.`;
    return `- ${kind}: ${prose(message)}.${todo}\n`;
  });
  return lines.length === 0 ? head : `${head}\n${lines.join('')}`;
}
