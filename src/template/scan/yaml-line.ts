/** Stand-ins for tags in a line of literal text: a node, a literal block, a mapping key. */
export const NODE_TAG = '\u0000';
export const BLOCK_TAG = '\u0001';
export const KEY_TAG = '\u0002';
const TAGS = [NODE_TAG, BLOCK_TAG, KEY_TAG];

/** What earlier lines of a YAML text mean for the next one. */
export type Carry =
  /** Lines from column `sealed` on would continue the node above; -1 when none would. A tag's node allows none. */
  | { readonly kind: 'ground'; readonly sealed: number; readonly byTag: boolean }
  | { readonly kind: 'quote'; readonly quote: string; readonly flow: string; readonly sealed: number }
  /** Open brackets, and whether a node is yet to come (`none`), written as text, or filled by a tag. */
  | {
      readonly kind: 'flow';
      readonly flow: string;
      readonly sealed: number;
      readonly node: 'none' | 'text' | 'tag';
    }
  /** A block scalar; `indent` is -1 before its first line of text, which has to pass column `parent`. */
  | { readonly kind: 'literal'; readonly parent: number; readonly indent: number }
  | { readonly kind: 'lost'; readonly why: string };

/** What stands at the end of a line's text so far. */
export type Spot = 'node' | 'plain' | 'comment' | 'quote' | 'literal' | 'flow-node' | 'lost';

export interface LineEnd {
  readonly spot: Spot;
  /** What the next line starts from, if this one ended here. */
  readonly carry: Carry;
}

export const GROUND: Carry = { kind: 'ground', sealed: -1, byTag: false };

function lost(why: string): LineEnd {
  return { spot: 'lost', carry: { kind: 'lost', why } };
}

/** The index behind the quote that ends a scalar whose text begins at `from`; -1 when the line does not end it. */
function quoteEnd(line: string, from: number, quote: string): number {
  for (let i = from; i < line.length; i += 1) {
    if (quote === '"' && line[i] === '\\') i += 1;
    else if (line[i] === quote) {
      if (quote === "'" && line[i + 1] === "'") i += 1;
      else return i + 1;
    }
  }
  return -1;
}

/** What the text inside brackets may hold at one place. */
const FLOW_TOKEN = new RegExp(
  `(?<space> +)|(?<comment>(?<=^| )#)|(?<quote>["'])|(?<open>[[{])|(?<close>[\\]}])|(?<separator>,|:(?= |$))|(?<tag>[${NODE_TAG}${BLOCK_TAG}${KEY_TAG}])|.`,
  'gu',
);

/** Behind a bracket, a comma, white space or nothing: where a node may begin. */
const SEPARATED = /(?:^|[ [{,])$/;

/** Whether what follows a tag inside brackets leaves it a node, or a key. */
function endsFlowTag(tag: string | undefined, next: string): boolean {
  if (tag === undefined) return true;
  if (tag === BLOCK_TAG) return false;
  return next === '' || (tag === KEY_TAG ? ':' : ' ,]}').includes(next);
}

type FlowCarry = Extract<Carry, { kind: 'flow' }>;

/** Reads on inside brackets from `from`. */
function readFlow(line: string, from: number, before: FlowCarry): LineEnd {
  let { flow, node } = before;
  const { sealed } = before;
  FLOW_TOKEN.lastIndex = from;
  for (let token = FLOW_TOKEN.exec(line); token !== null; token = FLOW_TOKEN.exec(line)) {
    const { space, comment, quote, open, close, separator, tag } = token.groups ?? {};
    if (space !== undefined) continue;
    if (comment !== undefined) return { spot: 'comment', carry: { kind: 'flow', flow, sealed, node } };
    if (node === 'tag' && (close ?? separator) === undefined) return lost('text after a tag inside brackets');
    if (quote !== undefined && node === 'none') {
      const end = quoteEnd(line, token.index + 1, quote);
      if (end === -1) return { spot: 'quote', carry: { kind: 'quote', quote, flow, sealed } };
      FLOW_TOKEN.lastIndex = end;
    }
    if (!endsFlowTag(tag, line.charAt(token.index + 1))) return lost('text directly after a tag in brackets');
    flow = close === undefined ? flow + (open ?? '') : flow.slice(0, -1);
    if (flow === '') return afterNode(line, token.index + 1, sealed, false);
    node = flowNode(tag, separator ?? open);
  }
  return flowEnd(line, { kind: 'flow', flow, sealed, node });
}

function flowEnd(line: string, carry: FlowCarry): LineEnd {
  return { spot: carry.node === 'none' && SEPARATED.test(line) ? 'flow-node' : 'plain', carry };
}

/** What the place behind a token holds; `begins` is a bracket or separator with nothing behind it yet. */
function flowNode(tag: string | undefined, begins: string | undefined): FlowCarry['node'] {
  if (begins !== undefined) return 'none';
  return tag === undefined ? 'text' : 'tag';
}

/** Behind a whole node: white space and a comment, else it was no whole node. */
function afterNode(line: string, from: number, sealed: number, byTag: boolean): LineEnd {
  const rest = line.slice(from);
  const carry: Carry = { kind: 'ground', sealed, byTag };
  if (/^ *$/.test(rest)) return { spot: 'plain', carry };
  if (/^ +#/.test(rest)) return { spot: 'comment', carry };
  return byTag ? lost('text after a tag that fills the node') : { spot: 'plain', carry };
}

interface Entry {
  /** Column of the key or item. */
  readonly column: number;
  /** Column of the dash before it, or -1. */
  readonly dash: number;
  readonly afterKey: boolean;
}

/** Behind a key and its colon. */
function readValue(line: string, colon: number, entry: Entry): LineEnd {
  const space = /^:( *)/.exec(line.slice(colon))?.[1]?.length ?? 0;
  const at = colon + 1 + space;
  if (at < line.length) return readNode(line, at, { ...entry, afterKey: true });
  return { spot: space > 0 ? 'node' : 'plain', carry: GROUND };
}

function isColon(line: string, at: number): boolean {
  return line[at] === ':' && (line[at + 1] === ' ' || at + 1 === line.length);
}

function readQuoted(line: string, at: number, entry: Entry, sealed: number): LineEnd {
  const quote = line[at] ?? '"';
  const end = quoteEnd(line, at + 1, quote);
  if (end === -1) return { spot: 'quote', carry: { kind: 'quote', quote, flow: '', sealed } };
  if (!entry.afterKey && isColon(line, end)) return readValue(line, end, entry);
  return afterNode(line, end, sealed, false);
}

function readPlain(line: string, at: number, entry: Entry, sealed: number): LineEnd {
  for (let i = at; i < line.length; i += 1) {
    if (line[i] === '#' && line[i - 1] === ' ')
      return { spot: 'comment', carry: { kind: 'ground', sealed, byTag: false } };
    if (isColon(line, i) && !entry.afterKey) return readValue(line, i, entry);
  }
  return { spot: 'plain', carry: { kind: 'ground', sealed, byTag: false } };
}

function readTag(line: string, at: number, entry: Entry, sealed: number): LineEnd {
  const tag = line[at];
  if (tag === KEY_TAG)
    return isColon(line, at + 1) && !entry.afterKey
      ? readValue(line, at + 1, entry)
      : lost('a tag is no key here');
  if (tag === BLOCK_TAG && at + 1 < line.length) return lost('text after a literal block in its first line');
  return afterNode(line, at + 1, sealed, true);
}

function readBlockScalar(line: string, at: number, entry: Entry): LineEnd {
  if (!/^[|>][-+]? *(?: #.*)?$/.test(line.slice(at))) {
    return lost('the head of a block scalar with more than `-` or `+`');
  }
  if (!entry.afterKey && entry.dash === -1) return lost('a block scalar without a key');
  const parent = entry.afterKey ? entry.column : entry.dash;
  return { spot: 'plain', carry: { kind: 'literal', parent, indent: -1 } };
}

function readNode(line: string, from: number, entry: Entry): LineEnd {
  // Anchors and type tags stand before the node.
  const at = from + (/^(?:[&!]\S* +)*/.exec(line.slice(from))?.[0].length ?? 0);
  const sealed = entry.afterKey ? entry.column + 1 : entry.column;
  if (at === line.length) return { spot: 'node', carry: GROUND };
  if (TAGS.includes(line.charAt(at))) return readTag(line, at, entry, sealed);
  switch (line.charAt(at)) {
    case '#':
      return { spot: 'comment', carry: GROUND };
    case '"':
    case "'":
      return readQuoted(line, at, entry, sealed);
    case '[':
    case '{':
      return readFlow(line, at + 1, { kind: 'flow', flow: line.charAt(at), sealed, node: 'none' });
    case '|':
    case '>':
      return readBlockScalar(line, at, entry);
    case '?':
      return line[at + 1] === ' ' ? lost('a key marked with `?`') : readPlain(line, at, entry, sealed);
    default:
      return readPlain(line, at, entry, sealed);
  }
}

/** The place behind the dashes that begin a line's items. */
function skipDashes(line: string, indent: number): Entry {
  let entry: Entry = { column: indent, dash: -1, afterKey: false };
  for (;;) {
    const dash = /^- +/.exec(line.slice(entry.column));
    if (dash === null) return entry;
    entry = { column: entry.column + dash[0].length, dash: entry.column, afterKey: false };
  }
}

type GroundCarry = Extract<Carry, { kind: 'ground' }>;

/** A line of white space so far: whether a tag may come next. */
function readBlank(indent: number, carry: GroundCarry): LineEnd {
  const continues = carry.sealed >= 0 && indent >= carry.sealed;
  return { spot: continues && !carry.byTag ? 'plain' : 'node', carry };
}

function readGround(line: string, carry: GroundCarry): LineEnd {
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  if (indent === line.length) return readBlank(indent, carry);
  if (line[indent] === '#') return { spot: 'comment', carry };
  if (line[indent] === '\t') return lost('a tab in the indentation');
  if (indent === 0 && /^(?:---|\.\.\.)/.test(line)) {
    return /^(?:---|\.\.\.) *$/.test(line)
      ? { spot: 'plain', carry: GROUND }
      : lost('text after a document marker');
  }
  if (carry.sealed >= 0 && indent >= carry.sealed) {
    return carry.byTag ? lost('a line that continues the node of a tag') : { spot: 'plain', carry };
  }
  const entry = skipDashes(line, indent);
  if (line.slice(entry.column) === '-') return { spot: 'plain', carry: GROUND };
  return readNode(line, entry.column, entry);
}

function readLiteral(line: string, carry: Extract<Carry, { kind: 'literal' }>): LineEnd {
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  if (indent === line.length) return { spot: 'literal', carry };
  if (carry.indent === -1 ? indent > carry.parent : indent >= carry.indent) {
    return { spot: 'literal', carry: { ...carry, indent: carry.indent === -1 ? indent : carry.indent } };
  }
  return readGround(line, { kind: 'ground', sealed: -1, byTag: false });
}

/** Reads the text of one line, as far as it goes, after lines that left `carry`. */
export function readLine(line: string, carry: Carry): LineEnd {
  switch (carry.kind) {
    case 'lost':
      return { spot: 'lost', carry };
    case 'ground':
      return readGround(line, carry);
    case 'literal':
      return readLiteral(line, carry);
    case 'flow':
      return readFlow(line, 0, carry);
    case 'quote': {
      const end = quoteEnd(line, 0, carry.quote);
      if (end === -1) return { spot: 'quote', carry };
      if (carry.flow !== '') return readFlow(line, end, { ...carry, kind: 'flow', node: 'text' });
      return afterNode(line, end, carry.sealed, false);
    }
  }
}
