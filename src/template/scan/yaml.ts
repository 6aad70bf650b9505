import type { EncoderName } from '../encoders/index.js';
import { COMMENT_HINT, refused } from './scanner.js';
import type { Scanner, Tag, TagResult } from './scanner.js';
import { BLOCK_TAG, GROUND, KEY_TAG, NODE_TAG, readLine } from './yaml-line.js';
import type { Carry, Spot } from './yaml-line.js';

/** The current line so far, tags as stand-ins, and what the lines before it left. */
interface YamlState {
  readonly line: string;
  readonly carry: Carry;
}

const LONGEST_LINE = 1000;

const NOT_HERE: Readonly<
  Record<Exclude<Spot, 'node' | 'flow-node' | 'comment' | 'lost'>, readonly [string, string]>
> = {
  plain: [
    'a tag has to be a whole YAML node',
    'write the tag alone after `key: ` or `- `; join texts before they reach the template',
  ],
  quote: [
    'a tag cannot stand inside quotes',
    'leave the quotes out: the tag writes its own where they are needed',
  ],
  literal: [
    'a tag cannot stand inside a block scalar',
    'write `key: {{block text}}` with the whole text in one variable',
  ],
};

function lostTag(carry: Carry): { refusal: string; hint: string } {
  const why = carry.kind === 'lost' ? carry.why : 'the text before it';
  return refused(`the YAML around this tag cannot be followed: ${why}`, 'write that part in another way');
}

/** Which stand-in and encoder a tag gets at `spot`. */
function nodeTag(spot: Spot, tag: Tag): { sign: string; encoder: EncoderName } {
  if (tag.helper === 'block') return { sign: BLOCK_TAG, encoder: 'yaml-block' };
  if (/^:(?:\s|$)/.test(tag.next)) return { sign: KEY_TAG, encoder: 'yaml-key' };
  return { sign: NODE_TAG, encoder: spot === 'flow-node' ? 'yaml-flow' : 'yaml-node' };
}

function readTag(state: YamlState, tag: Tag): TagResult<YamlState> {
  const { spot, carry } = readLine(state.line, state.carry);
  if (spot === 'lost') return lostTag(carry);
  if (spot === 'comment') {
    if (tag.helper === 'comment') return { encoder: 'comment', after: state };
    return refused('a tag in a comment has to be `{{comment …}}`', COMMENT_HINT);
  }
  if (tag.helper === 'comment')
    return refused('`{{comment …}}` is for comments', 'begin the comment with `#`');
  if (spot === 'plain' || spot === 'quote') return refused(...NOT_HERE[spot]);
  const { sign, encoder } = nodeTag(spot, tag);
  const after: YamlState = { ...state, line: state.line + sign };
  // A literal block ends where a line's first character stands further to the left; the tag is that character.
  const withTag = readLine(sign === KEY_TAG ? `${after.line}:` : after.line, state.carry);
  if (withTag.spot === 'literal') return refused(...NOT_HERE.literal);
  if (withTag.spot === 'lost') return lostTag(withTag.carry);
  // Inside brackets columns mean nothing: forgetting the line so far keeps loops finite.
  if (spot === 'flow-node') return { encoder, after: { line: sign, carry } };
  return { encoder, after };
}

function endOfLine(state: YamlState): YamlState {
  return { line: '', carry: readLine(state.line, state.carry).carry };
}

/** YAML files. */
export const yamlScanner: Scanner<YamlState> = {
  start: { line: '', carry: GROUND },
  helpers: { comment: 1, block: 1 },
  text(state, text) {
    let now = state;
    for (const part of text.split(/(\n)/)) {
      if (part === '\n') now = endOfLine(now);
      else if (now.line.length + part.length > LONGEST_LINE)
        now = { line: '', carry: { kind: 'lost', why: 'a very long line' } };
      else if (part !== '') now = { ...now, line: now.line + part };
    }
    return now;
  },
  tag: readTag,
  atLineStart(state, indent) {
    return (
      state.line === '' && !('refusal' in readTag({ ...state, line: indent }, { helper: '', next: '\n' }))
    );
  },
  ending(state) {
    const { carry } = endOfLine(state);
    if (carry.kind === 'lost') return carry.why;
    return carry.kind === 'quote'
      ? 'a quoted scalar has no end'
      : carry.kind === 'flow'
        ? 'a bracket has no end'
        : '';
  },
};
