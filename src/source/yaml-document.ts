import { getScalarValue, type Event } from 'js-yaml';
import type { Span } from '../diagnostics/diagnostic.js';
import type { Pointer, WrittenDocument } from './document.js';
import type { Lines } from './lines.js';
import { buildNodes, type MappingNode, type ScalarNode, type YamlNode } from './nodes.js';

interface Place {
  readonly node: YamlNode;
  readonly key: YamlNode | null;
  /** False when the text does not hold the whole pointer. */
  readonly exact: boolean;
}

/** A document as {@link parseYaml} reads it; nodes are built from the parser's events when a span is asked for. */
export class YamlDocument implements WrittenDocument {
  readonly file: string;
  readonly value: unknown;
  readonly #lines: Lines;
  readonly #events: readonly Event[];
  #root: YamlNode | null | undefined;
  #hasFloats: boolean | undefined;

  constructor(file: string, value: unknown, lines: Lines, events: readonly Event[]) {
    this.file = file;
    this.value = value;
    this.#lines = lines;
    this.#events = events;
  }

  span(pointer: Pointer, part: 'key' | 'value' = 'value', within?: { start: number; end: number }): Span {
    const place = this.#find(pointer);
    if (place === null) return this.spanOf(0, 0);
    const { node, key, exact } = place;
    if (exact && part === 'key' && key === null && pointer.length === 0) {
      return this.spanOf(node.start, node.start + 1);
    }
    const shown = showsKey(place, part) && key !== null ? key : node;
    if (within !== undefined && exact && shown.kind === 'scalar' && shown === node) {
      const range = this.#inside(shown, within);
      if (range !== null) return this.spanOf(range.start, range.end);
    }
    const end = shown.kind === 'scalar' ? shown.end : Math.min(shown.end, this.#lines.lineEnd(shown.start));
    return this.spanOf(shown.start, end);
  }

  raw(pointer: Pointer): string | null {
    const place = this.#find(pointer);
    if (place?.exact !== true || place.node.kind !== 'scalar' || place.node.event.valueStart === -1)
      return null;
    return this.#lines.text.slice(place.node.event.valueStart, place.node.event.valueEnd);
  }

  isFloat(pointer: Pointer): boolean {
    // Looking for the node costs something, and hardly any document has such a number.
    this.#hasFloats ??= /(?<![\w.])\d+(?:\.0*(?![\w.])|\.?\d*e[+-]?\d)/i.test(this.#lines.text);
    return this.#hasFloats && /^[-+]?\d*(?:\.|\d*e)/i.test(this.raw(pointer) ?? '');
  }

  /** @internal The span between two offsets of the file's text. */
  spanOf(start: number, end: number): Span {
    const from = this.#lines.at(start);
    const to = this.#lines.at(Math.max(start, end));
    return {
      file: this.file,
      line: from.line,
      column: from.column,
      end_line: to.line,
      end_column: to.column,
    };
  }

  #find(pointer: Pointer): Place | null {
    this.#root ??= buildNodes(this.#lines.text, this.#events);
    if (this.#root === null) return null;
    let node = this.#root;
    let key: YamlNode | null = null;
    for (const step of pointer) {
      const next = child(node, step);
      if (next === null) return { node, key, exact: false };
      ({ node, key } = next);
    }
    return { node, key, exact: true };
  }

  /** Offsets of a part of a scalar's value, where the text shows that part unchanged. */
  #inside(node: ScalarNode, within: { start: number; end: number }): { start: number; end: number } | null {
    const { valueStart, valueEnd } = node.event;
    if (valueStart === -1) return null;
    const decoded = getScalarValue(this.#lines.text, node.event);
    const raw = this.#lines.text.slice(valueStart, valueEnd);
    if (raw === decoded) return { start: valueStart + within.start, end: valueStart + within.end };
    const part = decoded.slice(within.start, within.end);
    if (part === '') return null;
    let at = -1;
    for (
      let seen = decoded.indexOf(part);
      seen !== -1 && seen <= within.start;
      seen = decoded.indexOf(part, seen + 1)
    ) {
      at = raw.indexOf(part, at + 1);
      if (at === -1) return null;
    }
    return at === -1 ? null : { start: valueStart + at, end: valueStart + at + part.length };
  }
}

/** A key is shown when asked for, for a value that is not written, and for a collection that lacks what was meant. */
function showsKey(place: Place, part: 'key' | 'value'): boolean {
  if (place.node.kind === 'scalar') return (place.exact && part === 'key') || place.node.empty;
  return !place.exact || part === 'key';
}

function child(node: YamlNode, step: string | number): { node: YamlNode; key: YamlNode | null } | null {
  if (node.kind === 'sequence') {
    const item = typeof step === 'number' ? node.items[step] : undefined;
    return item === undefined ? null : { node: item, key: null };
  }
  if (node.kind === 'scalar') return null;
  const entry = findEntry(node, String(step));
  return entry === null ? null : { node: entry.value, key: entry.key };
}

function findEntry(node: MappingNode, name: string): { key: YamlNode; value: YamlNode } | null {
  const own = node.entries.get(name);
  if (own !== undefined) return own;
  for (const merged of node.merges) {
    const found = findEntry(merged, name);
    if (found !== null) return found;
  }
  return null;
}
