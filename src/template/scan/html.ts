import { COMMENT_HINT, refused } from './scanner.js';
import type { Scanner, Tag, TagResult } from './scanner.js';

/** What is known of an HTML file at one point (html.spec.whatwg.org, 13.2.5 Tokenization). */
interface HtmlState {
  readonly mode: Mode;
  /** The element's name so far, or that of the element whose text this is; lower case. */
  readonly element: string;
  /** The attribute's name so far; lower case. */
  readonly attribute: string;
  readonly quote: '' | '"' | "'";
  /** Of a script: what its `type` says. */
  readonly type: '' | 'json' | 'other';
  /** The last characters, as far as they may begin what ends the mode; in a `type` the value so far. */
  readonly tail: string;
  /** Nothing but white space since the element began. */
  readonly blank: boolean;
}

type Mode =
  /** Between tags. */
  | 'text'
  /** Behind a `<`. */
  | 'open'
  /** In a tag, between attributes; in its name; in an attribute's name; behind that; behind its `=`. */
  | 'tag'
  | 'name'
  | 'attribute'
  | 'equals'
  | 'value'
  | 'quoted'
  | 'unquoted'
  | 'end-tag'
  | 'comment'
  | 'declaration'
  /** Text that only its own end tag ends: `title` and `textarea` know character references, the others nothing. */
  | 'title'
  | 'raw'
  | 'lost';

const START: HtmlState = {
  mode: 'text',
  element: '',
  attribute: '',
  quote: '',
  type: '',
  tail: '',
  blank: true,
};

const RAW = new Set(['script', 'style', 'xmp', 'iframe', 'noembed', 'noframes']);
const TITLE = new Set(['title', 'textarea']);
/** The first has no end, the second holds text or tags, as the reader likes. */
const LOST = new Set(['plaintext', 'noscript']);

/** Attributes that are text, names or numbers to every element: none that loads, runs or styles anything. */
const PLAIN_ATTRIBUTE =
  /^(?:data-[a-z0-9-]+|aria-[a-z]+|id|class|title|alt|value|label|for|headers|scope|abbr|lang|dir|datetime|placeholder|colspan|rowspan|span|min|max|step|x|y|x1|x2|y1|y2|dx|dy|cx|cy|r|rx|ry|width|height|points|transform|viewbox)$/;

const SPACE = /\s/;

/** After the name of the last attribute is known: what the `>` of this tag begins. */
function content(state: HtmlState): HtmlState {
  const { element, type } = state;
  if (LOST.has(element)) return { ...START, mode: 'lost' };
  if (RAW.has(element)) return { ...START, mode: 'raw', element, type };
  return TITLE.has(element) ? { ...START, mode: 'title', element } : START;
}

function withType(state: HtmlState, value: string): HtmlState {
  if (state.element !== 'script' || state.attribute !== 'type' || state.type !== '') return state;
  return { ...state, type: value.toLowerCase() === 'application/json' ? 'json' : 'other' };
}

function openCharacter(state: HtmlState, character: string): HtmlState {
  const tail = state.tail + character;
  if (tail === '!' || tail === '!-') return { ...state, tail };
  if (tail === '!--') return { ...START, mode: 'comment' };
  // What a `<![CDATA[` is depends on the elements around it.
  if (tail.startsWith('![')) return { ...START, mode: 'lost' };
  if (tail.startsWith('!') || tail === '?')
    return character === '>' ? START : { ...START, mode: 'declaration' };
  if (character === '/') return { ...START, mode: 'end-tag' };
  if (/[a-z]/i.test(character)) return { ...START, mode: 'name', element: character.toLowerCase() };
  return textCharacter(START, character);
}

function textCharacter(state: HtmlState, character: string): HtmlState {
  return character === '<' ? { ...state, mode: 'open', tail: '' } : state;
}

/** In a tag: its name, then attributes. */
function tagCharacter(state: HtmlState, character: string): HtmlState {
  if (character === '>') return content(state);
  const { mode } = state;
  if (mode === 'name') {
    if (SPACE.test(character) || character === '/') return { ...state, mode: 'tag' };
    return { ...state, element: (state.element + character.toLowerCase()).slice(0, 40) };
  }
  if (SPACE.test(character)) {
    return mode === 'attribute' || mode === 'equals' ? { ...state, mode: 'equals' } : state;
  }
  if (mode === 'value') {
    if (character === '"' || character === "'")
      return { ...state, mode: 'quoted', quote: character, tail: '' };
    return { ...state, mode: 'unquoted', tail: character };
  }
  if (character === '=' && (mode === 'attribute' || mode === 'equals')) return { ...state, mode: 'value' };
  if (character === '/') return { ...state, mode: 'tag', attribute: '' };
  const before = mode === 'attribute' ? state.attribute : '';
  return { ...state, mode: 'attribute', attribute: (before + character.toLowerCase()).slice(0, 60) };
}

function valueCharacter(state: HtmlState, character: string): HtmlState {
  const { mode, quote, tail } = state;
  if (mode === 'quoted' ? character === quote : SPACE.test(character) || character === '>') {
    const after: HtmlState = { ...withType(state, tail), mode: 'tag', attribute: '', quote: '', tail: '' };
    return character === '>' && mode === 'unquoted' ? content(after) : after;
  }
  // Only the type of a script is looked at; to remember more would make loops endless.
  return state.attribute === 'type' ? { ...state, tail: (tail + character).slice(0, 20) } : state;
}

/**
 * Text that ends with `</element` and something that ends a name. What a `title` inside of SVG, or a script that
 * holds a `<!--`, does with what looks like a tag is nothing to rely on.
 */
function closingCharacter(state: HtmlState, character: string): HtmlState {
  const end = `</${state.element}`;
  if (state.tail === end && /[\s/>]/.test(character))
    return untilBracket({ ...START, mode: 'end-tag' }, character);
  const tail = state.tail + character.toLowerCase();
  const begun = tail.slice(Math.max(0, tail.lastIndexOf('<')));
  if (end.startsWith(begun)) return { ...state, tail: begun, blank: false };
  if (begun === '<!--' || (begun.startsWith('<') && state.mode === 'title'))
    return { ...START, mode: 'lost' };
  const comment = '<!--'.startsWith(begun);
  return { ...state, tail: comment ? begun : '', blank: state.blank && SPACE.test(character) };
}

function commentCharacter(state: HtmlState, character: string): HtmlState {
  const tail = (state.tail + character).slice(-4);
  if (tail.endsWith('-->') || tail === '--!>') return START;
  // `<!-->` and `<!--->` are whole comments.
  if (state.blank && (tail === '>' || tail === '->')) return START;
  return { ...state, tail, blank: state.blank && tail === '-' };
}

function untilBracket(state: HtmlState, character: string): HtmlState {
  return character === '>' ? START : state;
}

const STEPS: Readonly<Record<Mode, (state: HtmlState, character: string) => HtmlState>> = {
  text: textCharacter,
  open: openCharacter,
  name: tagCharacter,
  tag: tagCharacter,
  attribute: tagCharacter,
  equals: tagCharacter,
  value: tagCharacter,
  quoted: valueCharacter,
  unquoted: valueCharacter,
  'end-tag': untilBracket,
  comment: commentCharacter,
  declaration: untilBracket,
  title: closingCharacter,
  raw: closingCharacter,
  lost: (state) => state,
};

function commentTag(state: HtmlState, tag: Tag): TagResult<HtmlState> {
  if (tag.helper === 'comment') {
    if (!state.tail.endsWith('-')) {
      return { encoder: 'html-comment', after: { ...state, tail: '', blank: false } };
    }
    return refused('a tag cannot stand behind a `-` in a comment', 'put a space between them');
  }
  return refused('a tag in a comment has to be `{{comment …}}`', COMMENT_HINT);
}

function rawTag(state: HtmlState, tag: Tag): TagResult<HtmlState> {
  if (state.type !== 'json' || tag.helper !== 'json') {
    return refused(
      `a tag cannot stand inside \`<${state.element}>\``,
      'put data into `<script type="application/json">{{json x}}</script>` and let a script read it',
    );
  }
  if (!state.blank)
    return refused('`{{json …}}` has to be all that the element holds', 'join the data before');
  return { encoder: 'html-json', after: { ...state, blank: false } };
}

function quotedTag(state: HtmlState): TagResult<HtmlState> {
  if (PLAIN_ATTRIBUTE.test(state.attribute)) return { encoder: 'html-text', after: state };
  return refused(
    `a tag cannot stand in the attribute \`${state.attribute}\``,
    'only attributes that hold text, names or numbers take values: no addresses, no styles, no scripts',
  );
}

function readTag(state: HtmlState, tag: Tag): TagResult<HtmlState> {
  if (state.mode === 'comment') return commentTag(state, tag);
  if (state.mode === 'raw') return rawTag(state, tag);
  if (state.mode === 'lost')
    return refused('the HTML around this tag cannot be followed', 'write that part in another way');
  if (tag.helper === 'comment')
    return refused('`{{comment …}}` is for comments', 'write `<!-- … -->` around it');
  if (tag.helper === 'json') {
    return refused('`{{json …}}` is for data blocks', 'write `<script type="application/json">` around it');
  }
  // Between `<` and a value the two could be read as a tag.
  if (state.mode === 'text' || (state.mode === 'title' && state.tail === ''))
    return { encoder: 'html-text', after: { ...state, blank: false } };
  if (state.mode === 'quoted') return quotedTag(state);
  if (state.mode === 'value' || state.mode === 'unquoted') {
    return refused('a tag cannot stand in an attribute without quotes', 'write `attribute="{{x}}"`');
  }
  return refused(
    'a tag cannot stand here in HTML',
    'tags stand in text, in quoted attributes, in comments and in data blocks',
  );
}

/** HTML files. */
export const htmlScanner: Scanner<HtmlState> = {
  start: START,
  helpers: { comment: 1, json: 1 },
  text(state, text) {
    let now = state;
    for (const character of text) now = STEPS[now.mode](now, character);
    return now;
  },
  tag: readTag,
  atLineStart(state) {
    return state.mode === 'text';
  },
  ending({ mode, element }) {
    if (mode === 'text') return '';
    if (mode === 'lost') return 'it cannot be followed to its end';
    return mode === 'title' || mode === 'raw' ? `\`<${element}>\` has no end` : 'a tag or comment has no end';
  },
};
