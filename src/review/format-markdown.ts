import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { count } from '../diagnostics/format-text.js';
import { printable, printableLines } from '../diagnostics/printable.js';
import { hunks } from '../output/diff.js';
import { maskSecrets } from '../source/secrets.js';
import { markdownCode, markdownText } from '../template/encoders/markdown-text.js';
import type { Finding, Severity } from './finding.js';
import { countFindings, groupFindings, subjectName, type Group, type Section } from './groups.js';
import type { Review } from './report.js';

/** What a comment on GitHub may hold, in characters; GitLab takes more. */
export const MAX_COMMENT = 65_536;
/** Room that findings leave to the files, when there are many of both. */
const ROOM_FOR_FILES = 16_000;
/** Room for the line that says what is left out. */
const ROOM_FOR_END = 400;

const MAX_NAMES = 20;
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
    const blocks = section.groups.map(groupBlock);
    const [first = ''] = blocks;
    // A heading without anything below it says nothing.
    if (!comment.add(`${heading}${sectionHead(section)}${first}`)) {
      hidden += section.count;
      continue;
    }
    severity = section.severity;
    for (const [index, group] of section.groups.entries()) {
      if (index > 0 && !comment.add(blocks[index] ?? '')) hidden += group.members.length;
    }
  }
  return hidden;
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
    const names = others.map((other) => subjectName(other) || `${other.span.file}:${other.span.line}`);
    const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} others` : '';
    lines.push(
      `  - The same for ${others.length} more: ${names.slice(0, MAX_NAMES).map(code).join(', ')}${more}`,
    );
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

/** A message of ours: what stands between backquotes is code, the rest is text. */
function prose(message: string): string {
  return printable(message)
    .split('`')
    .map((part, index) => (index % 2 === 1 ? code(part) : encoded(part)))
    .join('');
}

/** Text, its spaces at the ends kept: it stands between pieces of code. */
function encoded(text: string): string {
  const [, before = '', middle = '', after = ''] = /^( *)(.*?)( *)$/s.exec(text) ?? [];
  return middle === '' ? before + after : `${before}${markdownText(middle)}${after}`;
}

function code(text: string): string {
  const shown = printable(text);
  return shown.trim() === '' ? markdownText('(empty)') : markdownCode(shown);
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

/** Adds the changes of the files, folded. Returns how many have no room. */
function addFiles(comment: Comment, review: Review): number {
  const files = (['added', 'changed', 'removed'] as const).flatMap((kind) =>
    review.files[kind].map((path) => ({ path, kind })),
  );
  if (files.length === 0) return 0;
  // What sums everything up changes with everything, so it comes last.
  const isSummary = (path: string) => path === 'README.md' || path.startsWith('.stowage/');
  const order = [
    ...files.filter(({ path }) => !isSummary(path)),
    ...files.filter(({ path }) => isSummary(path)),
  ];
  if (!comment.add('\n### Files\n')) return files.length;
  let hidden = 0;
  for (const { path, kind } of order) {
    // Finding changes takes longer than seeing that there is no room for them.
    const block = hidden > 20 ? null : fileBlock(review, path, LABELS[kind]);
    if (block === null || !comment.add(block)) hidden += 1;
  }
  return hidden;
}

function fileBlock(review: Review, path: string, label: string): string {
  const { before, after } = review.contents(path);
  const changes = hunks(before, after);
  const body =
    changes === null
      ? ['The two sides differ too much to be shown here.']
      : fenced(cut(maskSecrets(changes)), 'diff', '');
  const name = html(printable(path));
  return `\n<details><summary><code>${name}</code> ${label}</summary>\n\n${body.join('\n')}\n\n</details>\n`;
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
