import type { EncoderName } from '../encoders/index.js';
import { COMMENT_HINT, refused } from './scanner.js';
import type { Scanner, Tag, TagResult } from './scanner.js';

/** What is known of a unit file at one point (systemd.syntax(7)). */
interface UnitState {
  readonly mode: 'start' | 'comment' | 'section' | 'key' | 'value';
  /** The setting's name so far; of a line without `=` (sysusers.d, tmpfiles.d) empty once its first word ended. */
  readonly key: string;
  /** In a continued line, before its first character. */
  readonly continued: boolean;
  /** White space, or the beginning of the value, is just before. */
  readonly gap: boolean;
  /** Where in a command: before its program, in it, behind it, or behind a `;` that may separate commands. */
  readonly words: 'none' | 'program' | 'arguments' | ';';
  readonly quote: '' | '"' | "'";
  /** A backslash is just before. */
  readonly escaped: boolean;
  /** A `%` is just before that no other one has made harmless. */
  readonly percent: boolean;
  /** In a command: a `$` is just before, or the word goes on behind one that begins a variable. */
  readonly dollar: '' | '$' | 'variable';
}

const START: UnitState = {
  mode: 'start',
  key: '',
  continued: false,
  gap: true,
  words: 'none',
  quote: '',
  escaped: false,
  percent: false,
  dollar: '',
};

/** Settings that take everything up to the end of the line as one text, without quotes (systemd.unit(5) and others). */
const TEXT_SETTING =
  /^(?:Description|OnCalendar|SyslogIdentifier|LoadCredential|LoadCredentialEncrypted|\w*Sec)$/;
const PATH_SETTING = /^(?:WorkingDirectory|RootDirectory|EnvironmentFile|PIDFile)$/;
const COMMAND_SETTING = /^Exec(?:Start|StartPre|StartPost|Condition|Reload|Stop|StopPost)?$/;
const BIND_SETTING = /^Bind(?:ReadOnly)?Paths$/;

/** Whether the setting keeps quotes as they are. */
function isRaw(key: string): boolean {
  return TEXT_SETTING.test(key) || PATH_SETTING.test(key);
}

function wordState(state: UnitState, character: string): Pick<UnitState, 'words' | 'gap'> {
  const { words, gap } = state;
  if (/\s/.test(character)) {
    return { words: words === ';' ? 'none' : words === 'program' ? 'arguments' : words, gap: true };
  }
  // Prefixes of the program name stand before the first word proper.
  if (gap && words === 'none' && '@-:+!|'.includes(character)) return { words, gap };
  if (gap && words === 'arguments' && character === ';') return { words: ';', gap: false };
  return { words: words === 'none' || words === 'program' ? 'program' : 'arguments', gap: false };
}

/** What `%` and `$` may make of the characters behind them. */
function expansion(state: UnitState, character: string): Pick<UnitState, 'percent' | 'dollar'> {
  const percent = character === '%' && !state.percent;
  if (/\s/.test(character) || !COMMAND_SETTING.test(state.key)) return { percent, dollar: '' };
  if (character === '$') return { percent, dollar: state.dollar === '$' ? '' : '$' };
  return { percent, dollar: state.dollar === '' ? '' : 'variable' };
}

function valueCharacter(state: UnitState, character: string): UnitState {
  if (character === '\n') {
    // The backslash and the line break together are a space.
    return state.escaped ? { ...state, ...wordState(state, ' '), escaped: false, continued: true } : START;
  }
  if (state.continued) {
    if (character === ' ' || character === '\t') return state;
    if (character === '#' || character === ';') return { ...state, mode: 'comment' };
  }
  const next: UnitState = { ...state, continued: false, escaped: false, ...expansion(state, character) };
  if (state.escaped) return { ...next, ...wordState(state, '\\') };
  if (character === '\\') return { ...next, escaped: true };
  if (isRaw(state.key)) return { ...next, gap: false };
  if (state.quote !== '') return { ...next, quote: character === state.quote ? '' : state.quote };
  const quote = character === '"' || character === "'" ? character : '';
  return { ...next, ...wordState(state, character), quote };
}

function keyCharacter(state: UnitState, character: string, table: boolean): UnitState {
  if (character === '\n') return START;
  if (character === '=') return { ...state, mode: 'value', gap: true };
  // In a table, white space after the first word, with no `=` behind it, begins the fields.
  if (table && state.key.endsWith(' ') && character !== ' ')
    return valueCharacter({ ...state, mode: 'value', key: '' }, character);
  if (character === ' ' || character === '\t')
    return table ? { ...state, key: `${state.key.trimEnd()} ` } : state;
  return { ...state, key: state.key + character };
}

function step(state: UnitState, character: string, table: boolean): UnitState {
  switch (state.mode) {
    case 'start':
      if (/\s/.test(character)) return START;
      if (character === '#' || character === ';') return { ...START, mode: 'comment' };
      if (character === '[') return { ...START, mode: 'section' };
      return keyCharacter({ ...START, mode: 'key' }, character, table);
    case 'comment':
      if (character !== '\n') return state;
      return state.continued ? { ...state, mode: 'value' } : START;
    case 'section':
      return character === '\n' ? START : state;
    case 'key':
      return keyCharacter(state, character, table);
    case 'value':
      return valueCharacter(state, character);
  }
}

function isWhole(state: UnitState, tag: Tag): boolean {
  return state.gap && /^\s/.test(tag.next);
}

/** In a command line `{{x}}` and `{{arg x}}` are the same. */
function commandEncoder(state: UnitState, tag: Tag): EncoderName {
  if (state.words === 'none' || state.words === 'program') return 'systemd-program';
  return isWhole(state, tag) ? 'systemd-argument' : 'systemd-argument-part';
}

function plainEncoder(state: UnitState): EncoderName {
  if (TEXT_SETTING.test(state.key)) return 'systemd-text';
  if (PATH_SETTING.test(state.key)) return state.gap ? 'systemd-path' : 'systemd-text';
  return 'systemd-token';
}

function wordEncoder(state: UnitState, tag: Tag): EncoderName {
  if (isWhole(state, tag)) return 'systemd-word';
  return state.key === 'Environment' ? 'systemd-assignment-part' : 'systemd-word-part';
}

/** What just before a tag would take its value in. */
function neighbour(state: UnitState): TagResult<UnitState> | null {
  if (state.escaped) {
    return refused('a tag cannot follow a backslash', 'put a space or another character between');
  }
  if (state.percent || state.dollar !== '') {
    return refused(
      `a tag cannot follow \`${state.percent ? '%' : '$'}\`, which would take it in`,
      'double the character if it stands for itself',
    );
  }
  if (state.words === ';' && COMMAND_SETTING.test(state.key)) {
    return refused('a tag cannot follow `;`, which may separate commands', 'put a space between');
  }
  if (state.quote === '') return null;
  return refused(
    'a tag cannot stand inside quotes in a unit',
    'leave the quotes out: `{{arg …}}` and `{{word …}}` write their own',
  );
}

function valueTag(state: UnitState, tag: Tag): TagResult<UnitState> {
  const wrong = neighbour(state);
  if (wrong !== null) return wrong;
  const { words } = state;
  const after: UnitState = {
    ...state,
    continued: false,
    gap: false,
    words: words === 'none' || words === 'program' ? 'program' : 'arguments',
  };
  if (COMMAND_SETTING.test(state.key)) {
    if (tag.helper === '' || tag.helper === 'arg') return { encoder: commandEncoder(state, tag), after };
    return refused(
      `\`${state.key}=\` takes arguments only`,
      'write `{{arg …}}`: one argument, quoted as systemd wants it',
    );
  }
  if (tag.helper === 'arg') {
    return refused('`{{arg …}}` is for `Exec…=` lines', 'write `{{word …}}` or `{{…}}` here');
  }
  if (BIND_SETTING.test(state.key)) {
    if (tag.helper === 'bind' && state.gap) return { encoder: 'systemd-bind', after };
    return refused(`\`${state.key}=\` takes \`{{bind …}}\` only`, 'write `{{bind source destination}}`');
  }
  if (tag.helper === 'bind') {
    return refused('`{{bind …}}` is for `BindPaths=` and `BindReadOnlyPaths=`', 'write `{{word …}}` here');
  }
  return settingTag(state, tag, after);
}

function settingTag(state: UnitState, tag: Tag, after: UnitState): TagResult<UnitState> {
  if (tag.helper === 'word') {
    if (!isRaw(state.key)) return { encoder: wordEncoder(state, tag), after };
    return refused(`\`${state.key}=\` is one text, not words`, 'write `{{…}}` here');
  }
  if (state.continued) {
    return refused(
      'a continued line cannot begin with this tag',
      'write `{{word …}}`, or begin the line with text',
    );
  }
  return { encoder: plainEncoder(state), after };
}

function readTag(state: UnitState, tag: Tag): TagResult<UnitState> {
  if (state.mode === 'comment') {
    return tag.helper === 'comment'
      ? { encoder: 'comment', after: state }
      : refused('a tag in a comment has to be `{{comment …}}`', COMMENT_HINT);
  }
  if (tag.helper === 'comment') return refused('`{{comment …}}` is for comments', 'begin the line with `#`');
  if (state.mode === 'key' && state.key.endsWith(' ')) {
    return valueTag({ ...state, mode: 'value', key: '' }, tag);
  }
  if (state.mode !== 'value') {
    return refused(
      'a tag can only stand in the value of a setting',
      'write the name of the setting and `=` before it',
    );
  }
  return valueTag(state, tag);
}

const COMMAND_ENCODERS: readonly EncoderName[] = [
  'systemd-program',
  'systemd-argument',
  'systemd-argument-part',
  'systemd-command-word',
];

/** In a loop one tag may write the program and then its arguments, or words with and without a space before. */
function common(a: EncoderName, b: EncoderName): EncoderName | null {
  const both = [a, b];
  if (both.every((encoder) => COMMAND_ENCODERS.includes(encoder))) {
    const first = both.includes('systemd-program') || both.includes('systemd-command-word');
    return first ? 'systemd-command-word' : 'systemd-argument-part';
  }
  if (both.every((encoder) => encoder === 'systemd-word' || encoder === 'systemd-word-part'))
    return 'systemd-word-part';
  if (both.every((encoder) => encoder === 'systemd-path' || encoder === 'systemd-text'))
    return 'systemd-path';
  return null;
}

/** Unit files; with `table` also sysusers.d(5) and tmpfiles.d(5), lines of words without keys. */
export function systemdScanner(table: boolean): Scanner<UnitState> {
  return {
    start: START,
    helpers: { comment: 1, arg: 1, word: 1, bind: 2 },
    text(state, text) {
      let now = state;
      for (const character of text) now = step(now, character, table);
      return now;
    },
    tag: readTag,
    common,
    atLineStart: (state) => state.mode === 'start',
    ending: (state) => (state.mode === 'start' ? '' : 'the last line has no end'),
  };
}
