import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { count } from '../diagnostics/format-text.js';
import { printable, printableLines } from '../diagnostics/printable.js';
import { hunks } from '../output/diff.js';
import { maskSecrets } from '../source/secrets.js';
import { code, prose } from '../template/markdown-prose.js';
import { markdownText } from '../template/encoders/markdown-text.js';
import type { Finding, Severity } from './finding.js';
import {
  countFindings,
  groupFindings,
  subjectName,
  withoutName,
  type Group,
  type Section,
} from './groups.js';
import type { Review } from './report.js';

/** What a comment on GitHub may hold, in characters; GitLab takes more. */
export const MAX_COMMENT = 65_536;
/** Room that findings leave to the files, when there are many of both. */
const ROOM_FOR_FILES = 16_000;
/** Room for the line that says what is left out. */
const ROOM_FOR_END = 400;

const MAX_NAMES = 20;
/** Groups of one kind that are shown in full, and names of those that are not. */
const MAX_GROUPS = 8;
const MAX_REST = 100;
const MAX_DIFF = 8_000;

const TITLES: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  warning: 'Warnings',
  info: 'Notes',
};

/** Collects blocks as long as there is room, and counts what has none. */
class Comment {
  text = '';
  #limit = MAX_COMMENT - ROOM_FOR_END;

  reserve(room: number): void {
    this.#limit = MAX_COMMENT - ROOM_FOR_END - room;
  }

  add(block: string): boolean {
    if (this.text.length + block.length > this.#limit) return false;
    this.text += block;
    return true;
  }
}

/**
 * A review as one comment of a pull request: a verdict line, the findings, and the changes of the rendered files, folded.
 * No longer than {@link MAX_COMMENT}; what has no room is counted. Names and texts of contracts are encoded: they can
 * neither make markup nor mention anybody.
 */
export function formatReviewMarkdown(review: Review): string {
  const { findings, files } = review;
  const comment = new Comment();
  const changed = [...files.added, ...files.changed, ...files.removed].length;
  const total = changed === 0 ? 'no rendered file changes' : `${count(changed, 'rendered file')} change`;
  comment.add(
    `**Backup review: ${review.verdict}** – ${countFindings(findings)}; ${total}${changed === 1 ? 's' : ''}.\n`,
  );
  comment.reserve(changed === 0 ? 0 : ROOM_FOR_FILES);
  const hiddenFindings = addFindings(comment, findings);
  comment.reserve(0);
  const hiddenFiles = addFiles(comment, review);
  const rest = [
    hiddenFindings === 0 ? '' : count(hiddenFindings, 'finding'),
    hiddenFiles === 0 ? '' : `the changes of ${count(hiddenFiles, 'file')}`,
  ].filter((part) => part !== '');
  const end =
    rest.length === 0
      ? ''
      : `\nNot shown for want of room: ${rest.join(' and ')}. \`stowage diff\` lists them.\n`;
  return comment.text + end;
}

/** The comment for a change that cannot be reviewed, because its own contracts are wrong. */
export function formatInvalidMarkdown(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const comment = new Comment();
  comment.add(`**Backup review: not possible** – the change has ${count(errors.length, 'error')}.\n\n`);
  const hidden = errors.filter(({ code: name, message, span }) => {
    const place = code(`${span.file}:${String(span.line)}:${String(span.column)}`);
    return !comment.add(`- ${place} ${name} ${prose(message)}\n`);
  });
  return hidden.length === 0 ? comment.text : `${comment.text}\nand ${count(hidden.length, 'more error')}\n`;
}

function addFindings(comment: Comment, findings: readonly Finding[]): number {
  let severity: Severity | null = null;
  let hidden = 0;
  for (const section of groupFindings(findings)) {
    const heading = section.severity === severity ? '' : `\n### ${TITLES[section.severity]}\n`;
    const shown =
      section.groups.length > MAX_GROUPS + 1 ? section.groups.slice(0, MAX_GROUPS) : section.groups;
    const rest = section.groups.slice(shown.length).flatMap(({ members }) => members);
    const blocks = [...shown.map(groupBlock), ...(rest.length === 0 ? [] : [restBlock(rest)])];
    const [first = ''] = blocks;
    // A heading without anything below it says nothing.
    if (!comment.add(`${heading}${sectionHead(section)}${first}`)) {
      hidden += section.count;
      continue;
    }
    severity = section.severity;
    const amounts = [...shown.map(({ members }) => members.length), rest.length];
    for (const [index, block] of blocks.entries()) {
      if (index > 0 && !comment.add(block)) hidden += amounts[index] ?? 0;
    }
  }
  return hidden;
}

/** Findings of a section that are only named: their details would hide those of other sections. */
function restBlock(members: readonly Finding[]): string {
  return `- And ${members.length} more: ${names(members, MAX_REST)}\n`;
}

/** Whom findings are about, as code; of too many only how many more there are. */
function names(findings: readonly Finding[], most: number): string {
  const all = findings.map((finding) => subjectName(finding) || `${finding.span.file}:${finding.span.line}`);
  const more = all.length > most ? ` and ${all.length - most} others` : '';
  return `${all.slice(0, most).map(code).join(', ')}${more}`;
}

function sectionHead({ code, title, count: amount }: Section): string {
  return `\n#### ${markdownText(title)} (${code}${amount === 1 ? '' : `, ${amount} times`})\n\n`;
}

function groupBlock({ finding, members }: Group): string {
  const { message, hint, before, after, span } = finding;
  const lines = [`- ${prose(message)}. In ${code(`${span.file}:${String(span.line)}`)}`];
  if (before !== null || after !== null) lines.push(...changeLines(before, after));
  const others = members.slice(1);
  if (others.length > 0) {
    lines.push(`  - The same for ${others.length} more: ${names(others, MAX_NAMES)}`);
  }
  if (hint !== '') lines.push(`  - To do: ${prose(hint)}.`);
  return `${lines.join('\n')}\n`;
}

function changeLines(before: string | null, after: string | null): string[] {
  const long = [before, after].some((text) => text !== null && (text.includes('\n') || text.length > 160));
  const show = (text: string | null) => (text === null ? 'nothing' : code(text));
  if (!long) return [`  - ${show(before)} → ${show(after)}`];
  const labelled = [
    ['Before', before],
    ['After', after],
  ] as const;
  return labelled.flatMap(([label, text]) =>
    text === null ? [] : [`  - ${label}:`, ...fenced(text, '', '    ')],
  );
}

/** A fenced block whose fence is longer than any run of backquotes in it. */
function fenced(text: string, language: string, indent: string): string[] {
  const shown = printableLines(text);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const lines = [`${fence}${language}`, ...shown.replace(/\n$/, '').split('\n'), fence];
  return lines.map((line) => `${indent}${line}`);
}

const LABELS = { added: 'new', changed: 'changed', removed: 'gone' } as const;

/** Files that are compared line by line; of more, nobody looks at each. */
const MAX_COMPARED = 5000;

/** Files that change in the same way, but for the name of the service or host that they are about. */
interface Alike {
  readonly path: string;
  readonly label: string;
  /** Null when the two sides differ too much to be shown. */
  readonly changes: string | null;
  count: number;
}

/** Adds the changes of the files, folded, equal ones once. Returns how many have no room. */
function addFiles(comment: Comment, review: Review): number {
  const files = (['added', 'changed', 'removed'] as const).flatMap((kind) =>
    review.files[kind].map((path) => ({ path, label: LABELS[kind] })),
  );
  if (files.length === 0) return 0;
  // What sums everything up changes with everything, so it comes last.
  const isSummary = ({ path }: { path: string }) => path === 'README.md' || path.startsWith('.stowage/');
  const order = [...files.filter((file) => !isSummary(file)), ...files.filter(isSummary)];
  if (!comment.add('\n### Files\n')) return files.length;
  let hidden = Math.max(0, order.length - MAX_COMPARED);
  for (const alike of alikes(review, order.slice(0, MAX_COMPARED))) {
    if (!comment.add(fileBlock(alike))) hidden += alike.count;
  }
  return hidden;
}

function alikes(
  review: Review,
  files: readonly { readonly path: string; readonly label: string }[],
): Alike[] {
  const found = new Map<string, Alike>();
  for (const { path, label } of files) {
    const { before, after } = review.contents(path);
    const changes = hunks(before, after);
    const [folder, name] = path.split('/').slice(-2);
    const stem = (name ?? folder ?? '')
      .replace(/\.[a-z]+$/, '')
      .replace(/^stowage-(?:[a-z0-9]+-)?(?:backup|vzdump|dump)-/, '');
    const kind = [label, folder, name?.replace(stem, '*'), path.split('/')[0]].join(' ');
    const key = `${kind} ${changes === null ? path : withoutName(changes, stem)}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { path, label, changes, count: 1 });
    else known.count += 1;
  }
  return [...found.values()];
}

function fileBlock({ path, label, changes, count: amount }: Alike): string {
  const body =
    changes === null
      ? ['The two sides differ too much to be shown here.']
      : fenced(cut(maskSecrets(changes)), 'diff', '');
  const more = amount === 1 ? '' : `, and ${count(amount - 1, 'file')} in the same way`;
  const name = `<code>${html(printable(path))}</code>`;
  return `\n<details><summary>${name} ${label}${more}</summary>\n\n${body.join('\n')}\n\n</details>\n`;
}

/** At most {@link MAX_DIFF} characters of whole lines, and how many lines are left out. */
function cut(text: string): string {
  if (text.length <= MAX_DIFF) return text;
  const end = text.lastIndexOf('\n', MAX_DIFF);
  const shown = text.slice(0, Math.max(0, end));
  const left = text.slice(shown.length + 1).split('\n').length - 1;
  return `${shown}\n(${count(left, 'more line')})\n`;
}

function html(text: string): string {
  return text.replace(/[&<>"'@]/g, (character) => `&#${character.charCodeAt(0)};`);
}
