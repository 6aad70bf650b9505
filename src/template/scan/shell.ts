import { COMMENT_HINT, refused } from './scanner.js';
import type { Scanner, Tag, TagResult } from './scanner.js';

/**
 * One level of nesting: commands (`code`; `subst` inside `$(…)`, `paren` inside `(…)`), double or single quotes,
 * `${…}`, `$((…))`, backquotes, a comment.
 */
type Level = 'code' | 'subst' | 'paren' | 'double' | 'single' | 'brace' | 'arith' | 'backquote' | 'comment';

interface HereDocument {
  readonly delimiter: string;
  /** Its end word was quoted, so that a backslash in its text is a backslash. */
  readonly quoted: boolean;
  readonly tabs: boolean;
}

/** What is known of a script at one point (POSIX.1-2017, 2.2 Quoting, 2.3 Token Recognition, 2.7.4 Here-Document). */
interface ShellState {
  /** Innermost last; the first is `code`. */
  readonly levels: readonly Level[];
  /** The word so far, as far as it is literal text: enough to see `<<`, `$(` and `case`. */
  readonly word: string;
  readonly escaped: boolean;
  /** The parenthesis of a `$(` or `(` is just before. */
  readonly opened: boolean;
  /** A tag is just before. */
  readonly afterTag: boolean;
  /** Nothing but white space stands before in this line. */
  readonly fresh: boolean;
  /** Here-documents whose text begins with the next line. */
  readonly waiting: readonly HereDocument[];
  /** The here-document that is being read, and its current line. */
  readonly inside: {
    readonly document: HereDocument;
    readonly line: string;
    readonly escaped: boolean;
  } | null;
  /** Why the text can no longer be followed; empty if it can. */
  readonly lost: string;
}

const LONGEST_WORD = 60;
const LONGEST_LINE = 1000;

const START: ShellState = {
  levels: ['code'],
  word: '',
  escaped: false,
  opened: false,
  afterTag: false,
  fresh: true,
  waiting: [],
  inside: null,
  lost: '',
};

function top(state: ShellState): Level {
  return state.levels.at(-1) ?? 'code';
}

function push(state: ShellState, level: Level): ShellState {
  return { ...state, levels: [...state.levels, level], word: '' };
}

function pop(state: ShellState, word = '_'): ShellState {
  return { ...state, levels: state.levels.slice(0, -1), word };
}

/**
 * Whether an expansion may go on behind a line of a here-document: some shells then read on for its end and do not see
 * the end word before.
 */
function hasOpenExpansion(line: string): boolean {
  const closed = /\$\(\([^()'"`]*\)\)|\$\([^()'"`]*\)|\$\{[^{}'"`]*\}|`[^`'"]*`/g;
  const rest = line.replace(/\\./g, '').replace(closed, '');
  return line.length >= LONGEST_LINE || /\$[({]|`/.test(rest);
}

function hereDocumentCharacter(
  state: ShellState,
  inside: NonNullable<ShellState['inside']>,
  character: string,
): ShellState {
  if (character !== '\n') {
    const text = `${inside.line}${character}`.slice(0, LONGEST_LINE);
    return { ...state, inside: { ...inside, line: text, escaped: character === '\\' && !inside.escaped } };
  }
  // The next line is then a part of this one, and whether the two can be the end word is for each shell to say.
  if (inside.escaped && !inside.document.quoted) {
    return { ...state, lost: 'a line of a here-document ends in a backslash; quote its end word' };
  }
  if (!inside.document.quoted && hasOpenExpansion(inside.line)) {
    return { ...state, lost: 'an expansion in a here-document is not simple; quote its end word' };
  }
  const line = inside.document.tabs ? inside.line.replace(/^\t+/, '') : inside.line;
  if (line !== inside.document.delimiter)
    return { ...state, inside: { ...inside, line: '', escaped: false } };
  return nextHereDocument({ ...state, inside: null });
}

function nextHereDocument(state: ShellState): ShellState {
  const [document, ...waiting] = state.waiting;
  return document === undefined
    ? state
    : { ...state, waiting, inside: { document, line: '', escaped: false } };
}

/** `$` just before decides what an opening character opens. */
function afterDollar(state: ShellState, character: string): ShellState | null {
  if (!state.word.endsWith('$')) return null;
  if (character === '{') return push(state, 'brace');
  if (character === '(') return push(state, 'subst');
  if (character === "'" && top(state) !== 'double')
    return { ...state, lost: "`$'…'` means different things in different shells" };
  return null;
}

/** Stands for a quote in an end word. */
const QUOTE = '\u0000';

const HERE_DOCUMENT = /^[0-9]*<<(-?)(?!<)(.+)$/s;

/** A word has ended: it may have announced a here-document, or a `case` whose `)` would end a `$(`. */
function endWord(state: ShellState): ShellState {
  const { word } = state;
  if (/^[0-9]*<<-?$/.test(word)) return state;
  const document = HERE_DOCUMENT.exec(word);
  if (document !== null) {
    const delimiter = (document[2] ?? '').replaceAll(QUOTE, '');
    const quoted = word.includes(QUOTE);
    if (!/^[\w.-]+$/.test(delimiter))
      return { ...state, word: '', lost: 'the end of this here-document cannot be told' };
    return {
      ...state,
      word: '',
      waiting: [...state.waiting, { delimiter, quoted, tabs: document[1] === '-' }],
    };
  }
  if (word === 'case' && state.levels.some((level) => level === 'subst' || level === 'paren')) {
    return { ...state, word: '', lost: '`case` inside parentheses cannot be followed' };
  }
  return { ...state, word: '' };
}

function isHereDocumentWord(word: string): boolean {
  return /^[0-9]*<<-?[\w.-]*$/.test(word.replaceAll(QUOTE, ''));
}

function operator(state: ShellState, character: string): ShellState {
  // `<` and `<<` begin a word of their own, so that `cat<<EOF` is seen.
  if (character === '<') {
    const begun = /^[0-9]*<*$/.test(state.word) ? state : endWord(state);
    return { ...begun, word: `${begun.word}<` };
  }
  const ended = endWord(state);
  if (character === '(') return push(ended, 'paren');
  if (character === ')' && ended.levels.length > 1) return pop(ended, top(ended) === 'subst' ? '_' : '');
  return ended;
}

function codeCharacter(state: ShellState, character: string): ShellState {
  const dollar = afterDollar(state, character);
  if (dollar !== null) return dollar;
  if (/\s/.test(character)) {
    const ended = endWord(state);
    if (character !== '\n') return ended;
    if (/^[0-9]*<<-?$/.test(ended.word)) return { ...ended, lost: 'a here-document has no end word' };
    return nextHereDocument(ended);
  }
  if (character === '#' && state.word === '') return push(state, 'comment');
  if (';&|()<>'.includes(character)) return operator(state, character);
  if (character === '"' || character === "'") {
    // A quoted end word: the quotes go, the word is what counts here.
    if (isHereDocumentWord(state.word)) return { ...state, word: state.word + QUOTE };
    return { ...push(state, character === '"' ? 'double' : 'single'), word: '' };
  }
  if (character === '`') return push(state, 'backquote');
  return { ...state, word: state.word + character };
}

function doubleQuoteCharacter(state: ShellState, character: string): ShellState {
  const dollar = afterDollar(state, character);
  if (dollar !== null) return dollar;
  if (character === '"') return pop(state);
  if (character === '`') return push(state, 'backquote');
  return { ...state, word: character };
}

/** Inside `${…}`, `$((…))` and backquotes tags are refused; all that matters is where they end. */
function closedCharacter(state: ShellState, character: string): ShellState {
  const level = top(state);
  if (level === 'backquote') return character === '`' ? pop(state) : state;
  const dollar = afterDollar(state, character);
  if (dollar !== null) return dollar;
  if (level === 'arith') return arithmeticCharacter(state, character);
  if (character === '"') return push(state, 'double');
  if (character === "'" && !state.levels.includes('double')) return push(state, 'single');
  return character === '}' ? pop(state) : { ...state, word: character };
}

function arithmeticCharacter(state: ShellState, character: string): ShellState {
  if (character === '(') return push(state, 'arith');
  if (character === ')') return pop(state);
  // Then it may be a subshell in a substitution after all.
  if ('\'"`#;\n'.includes(character)) return { ...state, lost: '`$((` holds more than arithmetic' };
  return { ...state, word: character };
}

/** A character outside of here-documents, quotes and comments that take everything as it is. */
function levelCharacter(state: ShellState, character: string): ShellState {
  switch (top(state)) {
    case 'single':
      return character === "'" ? pop(state) : state;
    case 'comment':
      return character === '\n' ? codeCharacter(pop(state, ''), character) : state;
    case 'double':
      return doubleQuoteCharacter(state, character);
    case 'brace':
    case 'arith':
    case 'backquote':
      return closedCharacter(state, character);
    case 'subst':
      if (state.opened && character === '(') {
        return { ...state, levels: [...state.levels.slice(0, -1), 'arith', 'arith'] };
      }
      return codeCharacter(state, character);
    case 'paren':
      if (state.opened && character === '(') return { ...state, lost: '`((` can begin two things' };
      return codeCharacter(state, character);
    case 'code':
      return codeCharacter(state, character);
  }
}

function step(state: ShellState, character: string): ShellState {
  if (state.lost !== '') return state;
  if (state.inside !== null) return hereDocumentCharacter(state, state.inside, character);
  if (state.afterTag && (character === '<' || character === '>')) {
    return { ...state, lost: 'a redirection directly after a tag could take it for a file number' };
  }
  const next = unlost({ ...state, afterTag: false }, character);
  const level = top(next);
  const opened = next.levels.length > state.levels.length && (level === 'subst' || level === 'paren');
  return { ...next, opened };
}

function unlost(now: ShellState, character: string): ShellState {
  const level = top(now);
  if (level === 'single' || level === 'comment') return levelCharacter(now, character);
  // A backslash and a line break together are nothing at all.
  if (now.escaped) return { ...now, escaped: false, word: character === '\n' ? now.word : `${now.word}_` };
  if (character === '\\') return { ...now, escaped: true };
  // `$$` is whole; what follows is text.
  if (character === '$' && now.word.endsWith('$')) return { ...now, word: '_' };
  return levelCharacter(now, character);
}

const NOT_HERE: Readonly<Partial<Record<Level, string>>> = {
  double: 'inside double quotes',
  single: 'inside single quotes',
  brace: 'inside `${…}`',
  arith: 'inside `$((…))`',
  backquote: 'inside backquotes',
};

function readTag(state: ShellState, tag: Tag): TagResult<ShellState> {
  const level = top(state);
  if (state.lost !== '')
    return refused(
      `the script around this tag cannot be read: ${state.lost}`,
      'write that part in another way',
    );
  if (state.inside !== null)
    return refused('a tag cannot stand inside a here-document', "write `printf '%s\\n' {{…}}` instead");
  if (level === 'comment') {
    return tag.helper === 'comment'
      ? { encoder: 'comment', after: state }
      : refused('a tag in a comment has to be `{{comment …}}`', COMMENT_HINT);
  }
  if (tag.helper === 'comment')
    return refused('`{{comment …}}` is for comments', 'begin the comment with `#`');
  const inside = NOT_HERE[level];
  if (inside !== undefined) {
    return refused(
      `a tag cannot stand ${inside}`,
      'end the quotes before the tag: `{{…}}` is a whole quoted word by itself',
    );
  }
  if (state.levels.includes('double')) {
    return refused(
      'a tag cannot stand inside double quotes',
      'set a variable with it first and use that one',
    );
  }
  if (state.escaped || /\$(?:[A-Za-z_]\w*)?$|(?:^|[=:])~[^/]*$/.test(state.word)) {
    return refused(
      `a tag cannot follow \`${state.escaped ? '\\' : state.word}\`, which would take it in`,
      'put a space between, or leave it out',
    );
  }
  if (isHereDocumentWord(state.word))
    return refused('a tag cannot name the end of a here-document', 'write the end word as text');
  return { encoder: 'shell-word', after: { ...state, word: '_', afterTag: true, fresh: false } };
}

function ending(state: ShellState): string {
  if (state.lost !== '') return state.lost;
  if (state.inside !== null || state.waiting.length > 0) return 'a here-document has no end';
  if (state.levels.length > 1)
    return `something is open: ${NOT_HERE[top(state)] ?? 'a parenthesis or comment'}`;
  return state.escaped ? 'the last line ends in a backslash' : '';
}

/** Words are only ever compared with short ones; a bound keeps the states of a loop finite. */
function bounded(word: string): string {
  if (word.length <= LONGEST_WORD) return word;
  return /\$\w*$/.test(word) ? '$_' : '_';
}

/** Shell scripts, POSIX and bash. */
export const shellScanner: Scanner<ShellState> = {
  start: START,
  helpers: { comment: 1 },
  text(state, text) {
    let now = state;
    for (const character of text) {
      const next = step(now, character);
      const fresh = character === '\n' || (now.fresh && /\s/.test(character));
      now = { ...next, fresh, word: bounded(next.word) };
    }
    return now;
  },
  tag: readTag,
  atLineStart: (state) => ending(state) === '' && state.fresh,
  ending,
};
