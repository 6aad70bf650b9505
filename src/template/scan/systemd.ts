import type { EncoderName } from '../encoders/index.js';
import { COMMENT_HINT, refused } from './scanner.js';
import type { Place, Scanner, Tag } from './scanner.js';

/** What is known of a unit file at one point (systemd.syntax(7)). */
interface UnitState {
  readonly mode: 'start' | 'comment' | 'section' | 'key' | 'value';
  /** The setting's name so far; of a line without `=` (sysusers.d, tmpfiles.d) empty once its first word ended. */
  readonly key: string;
  /** In a continued line, before its first character. */
  readonly continued: boolean;
  /** White space, or the beginning of the value, is just before. */
  readonly gap: boolean;
  /** Words of the command so far: 0, 1 (or more), or `;` while it may be a separator. */
  readonly words: 0 | 1 | ';';
  readonly quote: '' | '"' | "'";
  /** A backslash is just before. */
  readonly escaped: boolean;
}

const START: UnitState = {
  mode: 'start',
  key: '',
  continued: false,
  gap: true,
  words: 0,
  quote: '',
  escaped: false,
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

function wordCount(state: UnitState, character: string): Pick<UnitState, 'words' | 'gap'> {
  if (character === ' ' || character === '\t') {
    return { words: state.words === ';' ? 0 : state.words, gap: true };
  }
  // Prefixes of the program name stand before the first word proper.
  if (state.gap && state.words === 0 && '@-:+!|'.includes(character)) return { words: 0, gap: true };
  if (state.gap && character === ';') return { words: ';', gap: false };
  return { words: 1, gap: false };
}

function valueCharacter(state: UnitState, character: string): UnitState {
  if (character === '\n') {
    return state.escaped ? { ...state, escaped: false, continued: true, gap: state.quote === '' } : START;
  }
  if (state.continued) {
    if (character === ' ' || character === '\t') return state;
    if (character === '#' || character === ';') return { ...state, mode: 'comment' };
  }
  const next: UnitState = { ...state, continued: false };
  if (state.escaped) return { ...next, escaped: false, words: 1, gap: false };
  if (character === '\\') return { ...next, escaped: true, words: 1, gap: false };
  if (isRaw(state.key)) return { ...next, gap: false };
  if (state.quote !== '') return { ...next, quote: character === state.quote ? '' : state.quote };
  if (character === '"' || character === "'") return { ...next, quote: character, words: 1, gap: false };
  return { ...next, ...wordCount(state, character) };
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
  if (state.words === 0) return 'systemd-program';
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

function valueTag(state: UnitState, tag: Tag): Place<UnitState> {
  const after: UnitState = { ...state, continued: false, gap: false, words: 1 };
  if (state.escaped)
    return refused('a tag cannot follow a backslash', 'put a space or another character between');
  if (state.quote !== '') {
    return refused(
      'a tag cannot stand inside quotes in a unit',
      'leave the quotes out: `{{arg …}}` and `{{word …}}` write their own',
    );
  }
  if (COMMAND_SETTING.test(state.key)) {
    if (tag.helper === '' || tag.helper === 'arg') return { encoder: commandEncoder(state, tag), after };
    return refused(
      `\`${state.key}=\` takes arguments only`,
      'write `{{arg …}}`: one argument, quoted as systemd wants it',
    );
  }
  if (tag.helper === 'arg')
    return refused('`{{arg …}}` is for `Exec…=` lines', 'write `{{word …}}` or `{{…}}` here');
  if (tag.helper === 'bind') {
    if (BIND_SETTING.test(state.key) && state.gap) return { encoder: 'systemd-bind', after };
    return refused(
      '`{{bind …}}` is for a whole entry of `BindPaths=` and `BindReadOnlyPaths=`',
      'write `{{word …}}` here',
    );
  }
  if (BIND_SETTING.test(state.key)) {
    return refused(`\`${state.key}=\` takes \`{{bind …}}\` only`, 'write `{{bind source destination}}`');
  }
  if (tag.helper === 'word') {
    if (!isRaw(state.key)) return { encoder: wordEncoder(state, tag), after };
    return refused(`\`${state.key}=\` is one text, not words`, 'write `{{…}}` here');
  }
  if (state.continued)
    return refused(
      'a continued line cannot begin with this tag',
      'write `{{word …}}`, or begin the line with text',
    );
  return { encoder: plainEncoder(state), after };
}

function tagPlace(state: UnitState, tag: Tag): Place<UnitState> {
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
    tag: tagPlace,
    common,
    atLineStart: (state) => state.mode === 'start',
    ending: (state) => (state.mode === 'start' ? '' : 'the last line has no end'),
  };
}
