import { CLUSTER_FOLDERS } from '../runtimes/registry.js';
import { literalPattern } from '../source/literal.js';
import type { NewSide, Side } from './side.js';

/** What the user's templates change in one file, compared with what it was and with what stowage itself would write. */
export interface TemplateChange {
  readonly path: string;
  /** Logical lines that are new, in order: neither there before nor ours. */
  readonly added: readonly string[];
  /** Logical lines of ours that were there before and no longer are. */
  readonly lost: readonly string[];
  readonly after: string;
  readonly before: string;
  readonly plain: string;
  /** A text of the file without its host, namespace and service: the same in all files of one template. */
  readonly neutral: (text: string) => string;
}

/**
 * The changes that come from the user's templates rather than from contracts and policy. What a contract changes,
 * stowage's own templates change too, so comparing with those leaves just the rest. Empty without such templates.
 */
export function templateChanges({ before, after }: { before: Side; after: NewSide }): TemplateChange[] {
  let known: ReadonlySet<string> | null = null;
  const ids = new Set([...before.plan.services, ...after.plan.services].map(({ service_id }) => service_id));
  return [...after.files].flatMap(([path, content]): TemplateChange[] => {
    const plain = after.plain.get(path) ?? '';
    const old = before.files.get(path) ?? '';
    if (content === plain || content === old) return [];
    // A new file from a template that was there already brings nothing new, whatever it is about.
    known ??= new Set(
      [...before.files].flatMap(([name, text]) => logicalLines(withoutNames(namesIn(name, ids))(text))),
    );
    const neutral = withoutNames(namesIn(path, ids));
    const [ours, now] = [new Set(logicalLines(plain)), logicalLines(content)];
    const [present, past] = [new Set(now), new Set(logicalLines(old))];
    const everywhere = known;
    return [
      {
        path,
        added: now.filter((line) => !ours.has(line) && !past.has(line) && !everywhere.has(neutral(line))),
        lost: [...ours].filter((line) => past.has(line) && !present.has(line)),
        after: content,
        before: old,
        plain,
        neutral,
      },
    ];
  });
}

/** The host or namespace that a path of the tree names, and the service: what its last part ends with. */
function namesIn(path: string, ids: ReadonlySet<string>): string[] {
  const [top, place] = path.split('/');
  const parts = path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.[a-z]+$/, '')
    .split('-');
  const id = parts.map((_, index) => parts.slice(index).join('-')).find((name) => ids.has(name));
  const isPlace = ['hosts', ...CLUSTER_FOLDERS].includes(top ?? '');
  return [id, isPlace ? place : undefined].flatMap((name) => name ?? []);
}

function withoutNames(names: readonly string[]): (text: string) => string {
  if (names.length === 0) return (text) => text;
  const pattern = new RegExp(
    `(?<![A-Za-z0-9])(?:${names.map(literalPattern).join('|')})(?![A-Za-z0-9])`,
    'g',
  );
  return (text) => text.replace(pattern, '*');
}

/** Lines without indentation, comments and empty ones left out; a line that ends in `\` goes on in the next one. */
export function logicalLines(content: string): string[] {
  return content
    .replace(/[ \t]*\\\n[ \t]*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:#|;|<!--)/.test(line));
}

/** Main commands of units and containers; hooks before and after them are not the job. */
const MAIN_COMMAND = /^Exec(?:Start)?=/;

/**
 * The words of a file's main commands, without quotes, an option and its value as one `--option=value`. In a manifest
 * they are the items of lists, where arguments stand; in anything else every line counts.
 */
export function commandWords(path: string, content: string): string[] {
  const words = commandLines(path, logicalLines(content)).flatMap(
    (line) => line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [],
  );
  const plain = words.map((word) => word.replace(/["']/g, '').replace(/,$/, ''));
  return plain.map((word, index) => {
    const value = plain[index + 1];
    return /^--i?exclude$/.test(word) && value !== undefined ? `${word}=${value}` : word;
  });
}

/** Whether a file of the tree holds objects of a cluster. */
export function isManifest(path: string): boolean {
  return CLUSTER_FOLDERS.some((folder) => path.startsWith(`${folder}/`)) && path.endsWith('.yaml');
}

function commandLines(path: string, lines: readonly string[]): string[] {
  if (/\.(?:service|container)$/.test(path)) {
    return lines.filter((line) => MAIN_COMMAND.test(line)).map((line) => line.replace(MAIN_COMMAND, ''));
  }
  if (!isManifest(path)) return [...lines];
  return lines.filter((line) => line.startsWith('- ')).map((line) => line.slice('- '.length));
}
