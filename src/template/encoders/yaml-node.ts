import { scalarText } from './unencodable.js';
import { yamlKey, yamlScalar } from './yaml-scalar.js';

type Collection = readonly unknown[] | Readonly<Record<string, unknown>>;

function isCollection(value: unknown): value is Collection {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: Collection): boolean {
  return (Array.isArray(value) ? value : Object.keys(value)).length === 0;
}

/** Lines of a collection, each without the indentation of the collection itself. */
function lines(value: Collection): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      const [first = '', ...rest] = nodeLines(item);
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
    });
  }
  return Object.entries(value).flatMap(([key, item]) => {
    const node = nodeLines(item);
    if (isCollection(item) && !isEmpty(item)) return [`${yamlKey(key)}:`, ...node.map((line) => `  ${line}`)];
    return [`${yamlKey(key)}: ${node.join('')}`];
  });
}

function nodeLines(value: unknown): string[] {
  if (!isCollection(value)) return [yamlScalar(value)];
  if (isEmpty(value)) return [Array.isArray(value) ? '[]' : '{}'];
  return lines(value);
}

/** Where in its line a node is written. */
export interface YamlPlace {
  /** Column, from 0, at which the entry that holds the node begins (its key, or the node itself). */
  readonly column: number;
  /** Whether the node stands after `key:`, so that a collection has to begin on the next line. */
  readonly afterKey: boolean;
}

/** The place of a node that is written after `line`, the text of the current line so far. */
export function yamlPlace(line: string): YamlPlace {
  const entry = /^ *(?:- +)*/.exec(line)?.[0] ?? '';
  return { column: entry.length, afterKey: entry.length < line.length };
}

/** A node: a scalar as {@link yamlScalar}, a mapping or list in block style at its place, keys in the order given. */
export function yamlNode(value: unknown, place: YamlPlace): string {
  const node = nodeLines(value);
  if (!isCollection(value) || isEmpty(value)) return node.join('');
  const indent = ' '.repeat(place.column + (place.afterKey ? 2 : 0));
  return (place.afterKey ? `\n${indent}` : '') + node.join(`\n${indent}`);
}

/** A node inside `[…]` or `{…}`: on one line. */
export function yamlFlow(value: unknown): string {
  if (!isCollection(value)) return yamlScalar(value);
  if (Array.isArray(value)) return `[${value.map(yamlFlow).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${yamlKey(key)}: ${yamlFlow(item)}`)
    .join(', ')}}`;
}

/** What a literal block holds unchanged in every version of YAML: printable text, no odd line breaks. */
const LITERAL = /^[\t\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10fffd}]*$/u;

/**
 * Text of several lines as a literal block (yaml.org/spec/1.2.2, 8.1.2), for scripts that people read. Text that such
 * a block cannot hold exactly becomes a scalar in double quotes.
 */
export function yamlBlock(value: unknown, place: YamlPlace): string {
  const text = scalarText(value);
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  // A first line that begins with white space would hide the indentation; several breaks at the end are for `|+`.
  if (!LITERAL.test(text) || /^[ \t\n]|\n$/.test(body) || body === '') return yamlScalar(text);
  // Without indentation a line of the text could be taken for a document marker.
  if (place.column === 0 && !place.afterKey) return yamlScalar(text);
  const indent = ' '.repeat(place.column + (place.afterKey ? 2 : 0));
  const header = text.endsWith('\n') ? '|' : '|-';
  return [header, ...body.split('\n').map((line) => (line === '' ? '' : indent + line))].join('\n');
}
