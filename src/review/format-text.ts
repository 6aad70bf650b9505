import picocolors from 'picocolors';
import { count } from '../diagnostics/format-text.js';
import { printable } from '../diagnostics/printable.js';
import type { Finding, Severity } from './finding.js';
import { countFindings, groupFindings, subjectName, type Group } from './groups.js';
import type { Review } from './report.js';

/** Groups of one kind, names of one group, and files that are listed; beyond that their number says enough. */
const MAX_GROUPS = 50;
const MAX_NAMES = 12;
const MAX_FILES = 60;

type Paint = (severity: Severity, text: string) => string;

/** A review for a terminal: findings, equal ones together, then the files, then the verdict. Ends with a line feed. */
export function formatReviewText(review: Review, color: boolean): string {
  const colors = picocolors.createColors(color);
  const paint: Paint = (severity, text) =>
    severity === 'critical'
      ? colors.red(text)
      : severity === 'warning'
        ? colors.yellow(text)
        : colors.blue(text);
  const parts = groupFindings(review.findings).flatMap(({ groups, code }) => {
    const hidden = groups.slice(MAX_GROUPS);
    const more = hidden.reduce((sum, { members }) => sum + members.length, 0);
    const note =
      more === 0 ? [] : [`${more} more findings ${code} are not shown; \`--format json\` has all of them\n`];
    return [...groups.slice(0, MAX_GROUPS).map((group) => formatGroup(group, paint)), ...note];
  });
  const { verdict } = review;
  const shown = verdict === 'none' ? verdict : paint(verdict, verdict);
  const last = `${fileLines(review)}verdict: ${shown} (${countFindings(review.findings)})\n`;
  return [...parts, last].join('\n');
}

function formatGroup({ finding, members }: Group, paint: Paint): string {
  const { severity, code, message, hint, span, before, after } = finding;
  const place = `${printable(span.file)}:${String(span.line)}`;
  const lines = [
    `${place} ${paint(severity, severity === 'info' ? 'note' : severity)} ${code} ${printable(message)}`,
  ];
  if (before !== null) lines.push(...labelled('before', before));
  if (after !== null) lines.push(...labelled('after', after));
  const others = members.slice(1);
  if (others.length > 0) lines.push(`  the same for ${others.length} more: ${names(others)}`);
  if (hint !== '') lines.push(`  hint: ${printable(hint)}`);
  return `${lines.join('\n')}\n`;
}

/** `  before: …`; further lines stand below the first one. */
function labelled(label: string, text: string): string[] {
  const [first = '', ...rest] = text.split('\n').map(printable);
  return [`  ${label}: ${first}`, ...rest.map((line) => `  ${' '.repeat(label.length + 2)}${line}`)];
}

function names(findings: readonly Finding[]): string {
  const all = findings.map((finding) => subjectName(finding) || `${finding.span.file}:${finding.span.line}`);
  const more = all.length - MAX_NAMES;
  const shown = all.slice(0, MAX_NAMES).map(printable).join(', ');
  return more > 0 ? `${shown} and ${more} others` : shown;
}

function fileLines({ files }: Review): string {
  const all = (['added', 'changed', 'removed'] as const).flatMap((kind) =>
    files[kind].map((path) => `${kind.padEnd(7)} ${printable(path)}`),
  );
  if (all.length === 0) return 'no rendered file changes\n';
  const more = all.length - MAX_FILES;
  const note = more > 0 ? [`and ${count(more, 'file')} more; \`--format json\` lists all of them`] : [];
  return `${[...all.slice(0, MAX_FILES), ...note].join('\n')}\n\n`;
}
