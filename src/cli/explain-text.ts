import picocolors from 'picocolors';
import { printable } from '../diagnostics/printable.js';
import type { ExplainedKey, ExplainedTemplate, Explanation } from '../explain/explain.js';
import { groupBy } from '../lookup/group.js';

/** `stowage explain --format json`: part of the interface, so the keys and their order stay. */
export interface ExplanationDocument extends Omit<Explanation, 'templates'> {
  /** `file` is the user's own template; null for a built-in one. */
  readonly templates: readonly (ExplainedTemplate & { readonly file: string | null })[];
}

/** @param ownTemplate the user's file for a template's name; null for a built-in template */
export function explanationDocument(
  { path, line, text, contracts, templates, keys, rules }: Explanation,
  ownTemplate: (name: string) => string | null,
): ExplanationDocument {
  const files = templates.map((template) => ({ ...template, file: ownTemplate(template.template) }));
  return { path, line, text, contracts, templates: files, keys, rules };
}

/** One entry of a section: where it is, then what is there. */
type Entry = readonly [where: string, what: string];

function keyEntries(keys: readonly ExplainedKey[]): Entry[] {
  return keys
    .filter(({ value }) => value !== null)
    .map(({ file, line, column, key, value }) => [
      printable(`${file}:${line}:${column}`),
      printable(`${key}: ${JSON.stringify(value)}`),
    ]);
}

/** Keys that nobody wrote, by file: where a default counts. */
function unsetEntries(keys: readonly ExplainedKey[]): Entry[] {
  const unset = groupBy(
    keys.filter(({ value }) => value === null),
    ({ file }) => file,
  );
  return [...unset].map(([file, ofFile]) => [
    printable(file),
    printable(ofFile.map(({ key }) => `\`${key}\``).join(', ')),
  ]);
}

function templateEntries(templates: ExplanationDocument['templates']): Entry[] {
  return templates.map(({ template, line, column, expression, file }) => {
    const place = expression === null ? `:${line}` : `:${line}:${column}`;
    const where = file ?? template;
    const whose = file === null ? 'built in' : 'yours';
    return [
      printable(`${where}${place}`),
      printable(expression === null ? whose : `{{${expression}}}, ${whose}`),
    ];
  });
}

/** The explanation for people. */
export function explanationText(
  document: ExplanationDocument,
  { color }: { readonly color: boolean },
): string {
  const colors = picocolors.createColors(color);
  const { path, line, text, contracts, templates, keys, rules } = document;
  const section = (title: string, entries: readonly Entry[]): string[] => {
    const width = Math.max(0, ...entries.map(([where]) => where.length));
    const rows = entries.map(([where, what]) => `  ${colors.cyan(where.padEnd(width))}  ${what}`);
    return entries.length === 0 ? [] : ['', colors.bold(title), ...rows];
  };
  const whole = line === null ? 'this file' : 'this line';
  const nothing = `  Nothing in the policy or in a contract changes ${whole}: it is the same in every project.`;
  const written = keyEntries(keys ?? []);
  const unset = unsetEntries(keys ?? []);
  const lines = [
    colors.bold(printable(line === null ? path : `${path}:${line}`)),
    ...(text === null ? [] : [`  ${printable(text)}`]),
    ...section(
      'Contract',
      contracts.map((file): Entry => [printable(file), '']),
    ),
    ...section('Template', templateEntries(templates)),
    ...section(`Keys that change ${whole}`, written),
    ...section('Keys that are not set and would change it', unset),
    ...(keys !== null && written.length + unset.length === 0 ? ['', nothing] : []),
    ...(keys === null ? ['', '  Which keys change it was not tried: it depends on too many contracts.'] : []),
    ...(rules.length === 0 ? [] : ['', colors.bold('Why')]),
    ...rules.map(({ says, source }) => `  ${says} ${colors.dim(`(${source})`)}`),
  ];
  return `${lines.map((each) => each.trimEnd()).join('\n')}\n`;
}
