/** An element as a strict reader of XML sees it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

/** What XML 1.0 allows in a document (§2.2). */
const CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const TOKEN = /<\?xml [^?]*\?>\n|<\/([a-z-]+)>|<([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#10': '\n',
};

function decode(text: string): string {
  return text.replace(/&(?:([a-z#0-9]+);)?/g, (match, name: string | undefined) => {
    const character = ENTITIES[name ?? ''];
    if (character === undefined) throw new Error(`\`${match}\` is no entity`);
    return character;
  });
}

/** Attribute values lose line breaks and tabs when they are read (§3.3.3), unless they are written as entities. */
function attributesOf(source: string): Record<string, string> {
  const pairs = [...source.matchAll(/([a-z]+)="([^"]*)"/g)];
  return Object.fromEntries(
    pairs.map(([, name = '', value = '']) => [name, decode(value.replace(/[\t\n\r]/g, ' '))]),
  );
}

/** Reads a document of the few parts of XML that reports need; throws for whatever else stands in it. */
export function readXml(document: string): XmlElement {
  if (!CHARACTERS.test(document)) throw new Error('a character that XML has no place for');
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  let read = 0;
  for (const [token, close, name, attributes = '', empty, text] of document.matchAll(TOKEN)) {
    read += token.length;
    const parent = open.at(-1) ?? root;
    if (text !== undefined) parent.text += decode(text.replace(/\r\n?/g, '\n'));
    if (close !== undefined && open.pop()?.name !== close) throw new Error(`${close} closes something else`);
    if (name === undefined) continue;
    const element = { name, attributes: attributesOf(attributes), children: [], text: '' };
    parent.children.push(element);
    if (empty === '') open.push(element);
  }
  const [element] = root.children;
  if (read !== document.length || open.length !== 1) throw new Error(`unreadable from character ${read} on`);
  if (element === undefined || root.children.length > 1) throw new Error('not one root element');
  return element;
}
