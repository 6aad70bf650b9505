import { CODES } from '../diagnostics/codes.js';
import { count } from '../diagnostics/format-text.js';
import { literalPattern } from '../source/literal.js';
import type { Finding, Severity } from './finding.js';

/** Findings that say the same about several services, volumes or placements. */
export interface Group {
  /** The first of them; the others differ in whom they are about and where. */
  readonly finding: Finding;
  readonly members: readonly Finding[];
}

/** Findings of one code, in groups. */
export interface Section {
  readonly code: Finding['code'];
  readonly severity: Severity;
  /** What the code means, in one sentence. */
  readonly title: string;
  readonly count: number;
  readonly groups: readonly Group[];
}

/** Sorted findings by code, equal ones together. */
export function groupFindings(findings: readonly Finding[]): Section[] {
  const sections = new Map<string, { first: Finding; groups: Map<string, Finding[]>; count: number }>();
  for (const finding of findings) {
    const { code, severity, before, after, hint } = finding;
    const name = `${severity} ${code}`;
    const section = sections.get(name) ?? {
      first: finding,
      groups: new Map<string, Finding[]>(),
      count: 0,
    };
    sections.set(name, section);
    section.count += 1;
    const key = JSON.stringify([neutral(before, finding), neutral(after, finding), neutral(hint, finding)]);
    const group = section.groups.get(key);
    if (group === undefined) section.groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...sections.values()].map(({ first, groups, count }) => ({
    code: first.code,
    severity: first.severity,
    title: titleOf(first.code),
    count,
    groups: [...groups.values()].flatMap((members): Group[] => {
      const [finding] = members;
      return finding === undefined ? [] : [{ finding, members }];
    }),
  }));
}

/** What a finding says, without the names of whom it says it about. */
function neutral(text: string | null, { service, volume, host }: Finding): string | null {
  const names = [service, volume, host].flatMap((name) => name ?? []);
  return names.reduce<string | null>((rest, name) => (rest === null ? null : withoutName(rest, name)), text);
}

/** `text` with `*` for a name wherever it stands alone; a name of a few letters may be part of anything. */
export function withoutName(text: string, name: string): string {
  if (!text.includes(name)) return text;
  const literal = literalPattern(name);
  return text.replace(new RegExp(`(?<![A-Za-z0-9.-])${literal}(?![A-Za-z0-9.-])`, 'g'), '*');
}

/** The first sentence of what the code means, without its full stop. */
function titleOf(code: Finding['code']): string {
  return /^.*?(?=\.(?: |$)|: )/.exec(CODES[code])?.[0] ?? CODES[code];
}

/** `wiki/data on web1`, `web1` for a whole host, `repository` findings as nothing. */
export function subjectName({ service, volume, runtime, host }: Finding): string {
  const what = [service, volume].filter((part) => part !== null).join('/');
  const where = host ?? (volume === null ? null : runtime);
  if (what === '') return host ?? '';
  return where === null ? what : `${what} on ${where}`;
}

/** `4 critical, 1 warning, 12 notes`; `no findings` for none. */
export function countFindings(findings: readonly { readonly severity: Severity }[]): string {
  const amount = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const [critical, warnings, notes] = [amount('critical'), amount('warning'), amount('info')];
  const parts = [
    critical === 0 ? '' : `${critical} critical`,
    warnings === 0 ? '' : count(warnings, 'warning'),
    notes === 0 ? '' : count(notes, 'note'),
  ];
  return parts.filter((part) => part !== '').join(', ') || 'no findings';
}
