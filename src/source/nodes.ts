import {
  constructFromEvents,
  EVENT_ID,
  getScalarValue,
  SCALAR_STYLE,
  COLLECTION_STYLE,
  type Event,
  type MappingEvent,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml';
import { YAML_SCHEMA } from './yaml-schema.js';

interface NodeBase {
  /** Offsets into the text, end exclusive; of a block scalar, its header. */
  readonly start: number;
  end: number;
  /** Nodes below and including this one, each alias counted as what it stands for. */
  size: number;
  /** Levels below and including this one, aliases expanded. */
  depth: number;
}

/** Nodes that the aliases of one document may stand for, all together. */
export const MAX_ALIASED_NODES = 100_000;
/** Levels of nesting that a document may have, aliases expanded; real contracts have ten. */
export const MAX_DEPTH = 100;

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly event: ScalarEvent;
  /** Nothing is written: the `null` of `key:`. */
  readonly empty: boolean;
}

interface SequenceNode extends NodeBase {
  readonly kind: 'sequence';
  readonly items: YamlNode[];
}

export interface MappingNode extends NodeBase {
  readonly kind: 'mapping';
  readonly entries: Map<string, { readonly key: YamlNode; readonly value: YamlNode }>;
  /** What merge keys bring in; the first that holds a key wins. */
  readonly merges: MappingNode[];
}

export type YamlNode = ScalarNode | SequenceNode | MappingNode;

/** What reading the nodes of a document finds wrong with its structure. */
export type StructureIssue =
  | { readonly kind: 'duplicate'; readonly name: string; readonly key: YamlNode; readonly first: YamlNode }
  | { readonly kind: 'complex_key'; readonly key: YamlNode; readonly parent: YamlNode }
  | { readonly kind: 'unknown_alias'; readonly name: string; readonly start: number; readonly end: number }
  | { readonly kind: 'own_alias'; readonly name: string; readonly start: number; readonly end: number }
  | { readonly kind: 'too_large'; readonly start: number; readonly end: number }
  | { readonly kind: 'too_deep'; readonly start: number; readonly end: number }
  | { readonly kind: 'bad_merge'; readonly key: YamlNode };

interface Frame {
  readonly node: SequenceNode | MappingNode;
  readonly flow: boolean;
  readonly anchor: string | null;
  key: YamlNode | null;
}

/** The events of one document, without the ones that open and close it, and the nodes that they stand for. */
export function buildNodes(
  text: string,
  events: readonly Event[],
  report: (issue: StructureIssue) => void = () => undefined,
): YamlNode | null {
  return new NodeBuilder(text, report).build(events);
}

class NodeBuilder {
  readonly #text: string;
  readonly #report: (issue: StructureIssue) => void;
  readonly #frames: Frame[] = [];
  readonly #anchors = new Map<string, YamlNode>();
  #root: YamlNode | null = null;
  #lastEnd = 0;
  #aliased = 0;

  constructor(text: string, report: (issue: StructureIssue) => void) {
    this.#text = text;
    this.#report = report;
  }

  build(events: readonly Event[]): YamlNode | null {
    for (const event of events) {
      switch (event.type) {
        case EVENT_ID.SCALAR:
          this.#scalar(event);
          break;
        case EVENT_ID.SEQUENCE:
        case EVENT_ID.MAPPING:
          this.#open(event);
          break;
        case EVENT_ID.ALIAS:
          this.#alias(event.anchorStart, event.anchorEnd);
          break;
        case EVENT_ID.POP:
          this.#close();
          break;
        case EVENT_ID.DOCUMENT:
          break;
      }
    }
    return this.#root;
  }

  #anchorName(event: ScalarEvent | SequenceEvent | MappingEvent): string | null {
    return event.anchorStart === -1 ? null : this.#text.slice(event.anchorStart, event.anchorEnd);
  }

  #scalar(event: ScalarEvent): void {
    const { start, end, empty } = this.#scalarRange(event);
    const node: ScalarNode = { kind: 'scalar', event, empty, start, end, size: 1, depth: 1 };
    const anchor = this.#anchorName(event);
    if (anchor !== null) this.#anchors.set(anchor, node);
    this.#lastEnd = Math.max(this.#lastEnd, event.valueEnd, end);
    this.#add(node);
  }

  #scalarRange(event: ScalarEvent): { start: number; end: number; empty: boolean } {
    const { valueStart, valueEnd, style } = event;
    if (valueStart === -1) {
      if (event.tagStart !== -1) return { start: event.tagStart, end: event.tagEnd, empty: false };
      const start = skipBlanks(this.#text, this.#lastEnd);
      return { start, end: start, empty: true };
    }
    switch (style) {
      case SCALAR_STYLE.PLAIN:
        return { start: valueStart, end: valueEnd, empty: false };
      case SCALAR_STYLE.SINGLE_QUOTED:
      case SCALAR_STYLE.DOUBLE_QUOTED:
        return { start: valueStart - 1, end: valueEnd + 1, empty: false };
      case SCALAR_STYLE.LITERAL_BLOCK:
      case SCALAR_STYLE.FOLDED_BLOCK:
        return { ...blockHeader(this.#text, valueStart), empty: false };
    }
  }

  #open(event: SequenceEvent | MappingEvent): void {
    const base = { start: event.start, end: event.start + 1, size: 1, depth: 1 };
    const node: SequenceNode | MappingNode =
      event.type === EVENT_ID.SEQUENCE
        ? { kind: 'sequence', items: [], ...base }
        : { kind: 'mapping', entries: new Map(), merges: [], ...base };
    const anchor = this.#anchorName(event);
    if (anchor !== null) this.#anchors.set(anchor, node);
    this.#lastEnd = Math.max(this.#lastEnd, event.start + (event.style === COLLECTION_STYLE.FLOW ? 1 : 0));
    this.#frames.push({ node, flow: event.style === COLLECTION_STYLE.FLOW, anchor, key: null });
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    const { node } = frame;
    node.end = Math.max(node.end, this.#lastEnd);
    if (frame.flow) {
      const bracket = skipBlanks(this.#text, this.#lastEnd, ',');
      const closes = this.#text[bracket] === (node.kind === 'sequence' ? ']' : '}');
      if (closes) this.#lastEnd = node.end = bracket + 1;
    }
    this.#add(node);
  }

  #alias(start: number, end: number): void {
    const name = this.#text.slice(start, end);
    this.#lastEnd = end;
    const target = this.#anchors.get(name);
    const open = this.#frames.some((frame) => frame.node === target);
    if (target !== undefined && !open) {
      const before = this.#aliased;
      this.#aliased += target.size;
      const isFirstTooMany = before <= MAX_ALIASED_NODES && this.#aliased > MAX_ALIASED_NODES;
      if (isFirstTooMany) this.#report({ kind: 'too_large', start: start - 1, end });
      if (this.#frames.length + target.depth > MAX_DEPTH)
        this.#report({ kind: 'too_deep', start: start - 1, end });
      this.#add(target);
      return;
    }
    this.#report({ kind: open ? 'own_alias' : 'unknown_alias', name, start: start - 1, end });
    const event: ScalarEvent = { ...NO_SCALAR, valueStart: start, valueEnd: end };
    this.#add({ kind: 'scalar', event, empty: false, start: start - 1, end, size: 1, depth: 1 });
  }

  #add(node: YamlNode): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) {
      this.#root = node;
      return;
    }
    const parent = frame.node;
    parent.size += node.size;
    parent.depth = Math.max(parent.depth, node.depth + 1);
    if (parent.kind === 'sequence') {
      parent.items.push(node);
    } else if (frame.key === null) {
      frame.key = node;
    } else {
      this.#pair(parent, frame.key, node);
      frame.key = null;
    }
  }

  #pair(parent: MappingNode, key: YamlNode, value: YamlNode): void {
    if (key.kind !== 'scalar') {
      this.#report({ kind: 'complex_key', key, parent });
      return;
    }
    if (isMergeKey(this.#text, key.event)) {
      const sources = value.kind === 'sequence' ? value.items : [value];
      for (const source of sources) {
        if (source.kind === 'mapping') parent.merges.push(source);
        else this.#report({ kind: 'bad_merge', key });
      }
      return;
    }
    const name = keyName(this.#text, key.event);
    const first = parent.entries.get(name);
    if (first === undefined) parent.entries.set(name, { key, value });
    else this.#report({ kind: 'duplicate', name, key, first: first.key });
  }
}

const NO_SCALAR: ScalarEvent = {
  type: EVENT_ID.SCALAR,
  valueStart: -1,
  valueEnd: -1,
  anchorStart: -1,
  anchorEnd: -1,
  tagStart: -1,
  tagEnd: -1,
  style: SCALAR_STYLE.PLAIN,
  chomping: 1,
  indent: -1,
  fast: true,
};

function isMergeKey(text: string, event: ScalarEvent): boolean {
  return event.style === SCALAR_STYLE.PLAIN && event.tagStart === -1 && getScalarValue(text, event) === '<<';
}

/** The key as it appears in the document's value: `0x10` is a number, so its key is `16`. */
function keyName(text: string, event: ScalarEvent): string {
  const source = getScalarValue(text, event);
  if (event.style !== SCALAR_STYLE.PLAIN || event.tagStart !== -1) return source;
  if (/^[A-Za-z_][\w-]*$/.test(source) && !/^(?:true|false|null)$/i.test(source)) return source;
  const document: Event = {
    type: EVENT_ID.DOCUMENT,
    explicitStart: false,
    explicitEnd: false,
    directives: [],
  };
  const bare = { ...event, anchorStart: -1, anchorEnd: -1 };
  const [value] = constructFromEvents([document, bare, { type: EVENT_ID.POP }], {
    source: text,
    schema: YAML_SCHEMA,
  });
  return String(value);
}

/** Skips white space and comments, and the characters of `also`. */
function skipBlanks(text: string, from: number, also = ''): number {
  let at = from;
  for (;;) {
    const character = text[at];
    if (character === undefined) return at;
    if (character === '#' && (at === 0 || /\s/.test(text[at - 1] ?? ''))) {
      while (at < text.length && text[at] !== '\n') at++;
    } else if (/\s/.test(character) || also.includes(character)) {
      at++;
    } else {
      return at;
    }
  }
}

/** The `|` or `>` of a block scalar whose content starts at `contentStart`, and what follows it on its line. */
function blockHeader(text: string, contentStart: number): { start: number; end: number } {
  let lineEnd = contentStart;
  while (lineEnd > 0 && /[\n\r]/.test(text[lineEnd - 1] ?? '')) lineEnd--;
  const lineStart = Math.max(text.lastIndexOf('\n', lineEnd - 1), text.lastIndexOf('\r', lineEnd - 1)) + 1;
  const line = text.slice(lineStart, lineEnd);
  const match = /[|>][-+0-9]*[ \t]*(?:#.*)?$/.exec(line);
  if (match === null) return { start: contentStart, end: contentStart };
  return { start: lineStart + match.index, end: lineStart + match.index + match[0].trimEnd().length };
}
