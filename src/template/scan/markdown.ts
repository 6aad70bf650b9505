import { COMMENT_HINT, refused } from './scanner.js';
import type { Scanner, Tag, TagResult } from './scanner.js';
import { shellScanner } from './shell.js';

type ShellState = typeof shellScanner.start;

/** What is known of a Markdown text at one point (spec.commonmark.org: 4.5 Fenced code blocks, 4.6 HTML blocks, 6 Inlines). */
interface MarkdownState {
  /** The current line so far, tags left out. */
  readonly line: string;
  /** Earlier lines of the paragraph, from where they left an inline construct open. */
  readonly before: string;
  /** Inside `<!-- … -->`. */
  readonly comment: boolean;
  /** The run of characters that opened the fenced block, and the commands so far if it holds a script. */
  readonly fence: {
    readonly run: string;
    readonly shell: ShellState | null;
    /** Holds a file as it is, line by line. */
    readonly isFile: boolean;
  } | null;
}

const LONGEST_LINE = 1000;

const FENCE = /^ *(?:[-*+] +|\d+[.)] +)?(`{3,}|~{3,}) *([^\s`]*)[^`]*$/;

function closesFence(line: string, run: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= run.length && trimmed === (run[0] ?? '').repeat(trimmed.length);
}

/** What the next line has to know of this paragraph: a blank line closes everything. */
function leftOpen({ line, before }: MarkdownState): string {
  const text = `${before}${line.trimStart()} `;
  return line.trim() === '' || openInline(text) === '' ? '' : text.slice(-LONGEST_LINE);
}

function endOfLine(state: MarkdownState): MarkdownState {
  const { fence, line } = state;
  if (fence !== null) {
    if (closesFence(line, fence.run)) return { ...state, line: '', fence: null };
    return {
      ...state,
      line: '',
      fence: { ...fence, shell: fence.shell && shellScanner.text(fence.shell, '\n') },
    };
  }
  const opening = state.comment ? null : FENCE.exec(line);
  if (opening === null) return { ...state, line: '', before: leftOpen(state) };
  const shell = ['sh', 'bash', 'shell'].includes(opening[2] ?? '') ? shellScanner.start : null;
  const isFile = opening[2] === 'yaml';
  return { ...state, line: '', before: '', fence: { run: opening[1] ?? '```', shell, isFile } };
}

function step(state: MarkdownState, character: string): MarkdownState {
  if (character === '\n') return endOfLine(state);
  const line = `${state.line}${character}`.slice(-LONGEST_LINE);
  const { fence } = state;
  if (fence !== null)
    return {
      ...state,
      line,
      fence: { ...fence, shell: fence.shell && shellScanner.text(fence.shell, character) },
    };
  if (state.comment)
    return { ...state, line: line.endsWith('-->') ? '' : line, comment: !line.endsWith('-->') };
  return { ...state, line, comment: line.endsWith('<!--') };
}

/**
 * What a line's text before a tag still matters for behind it: nothing is open there, so that only a table row, a
 * bracket that may yet become a link and the fact that something stands there are left. Keeps loops finite.
 */
function summary(line: string): string {
  return `${/^ *\|/.test(line) ? '|' : ''}${/^ *\[[^\]]*$/.test(line) ? '[' : ''}_`;
}

/** Lines that may yet become the fence of a block, and have to be kept whole. */
const MAYBE_FENCE = /^[\s>]*(?:[-*+]|\d+[.)])?\s*[`~]*$/;

/** The line without what can no longer matter. */
function shortened(state: MarkdownState): MarkdownState {
  const { line, fence } = state;
  if (fence !== null) return /^[\s`~]*$/.test(line) ? state : { ...state, line: '_' };
  if (state.comment) return { ...state, line: line.slice(-3) };
  const tail = /[<!\-\]`(]*$/.exec(line)?.[0] ?? '';
  const head = line.slice(0, line.length - tail.length);
  if (head === '' || MAYBE_FENCE.test(head) || FENCE.test(line) || openInline(state.before + line) !== '')
    return state;
  return { ...state, line: summary(head) + tail };
}

/** Whether an inline construct is open at the end of a line's text: code, a link target, an HTML tag, an escape. */
function openInline(line: string): string {
  const plain = line.replace(/\\[!-/:-@[-`{-~]/g, '');
  let open = '';
  for (const run of plain.matchAll(/`+/g)) open = open === '' ? run[0] : open === run[0] ? '' : open;
  if (open !== '') return 'inside backquotes';
  const rest = plain.replace(/(`+).*?\1/g, '');
  if (rest.endsWith('\\')) return 'after a backslash';
  if (/\]\([^)]*$/.test(rest)) return 'inside a link target';
  if (/^ *\[[^\]]*\]:/.test(rest)) return 'inside a link definition';
  if (/<(?:[A-Za-z/!?][^>]*)?$/.test(rest)) return 'inside an HTML tag';
  if (/&#?\w*$/.test(rest)) return 'inside a character reference';
  return '';
}

function fencedTag(
  state: MarkdownState,
  fence: NonNullable<MarkdownState['fence']>,
  tag: Tag,
): TagResult<MarkdownState> {
  if (fence.isFile && state.line === '' && tag.next.startsWith('\n')) {
    return { encoder: 'markdown-fenced-line', after: { ...state, line: '_' } };
  }
  if (fence.shell === null) {
    return refused(
      'a tag can only stand in a fenced block that is marked `sh`, or alone on a line of one that is marked `yaml`',
      'mark the block, or write the value outside of it',
    );
  }
  const result = shellScanner.tag(fence.shell, tag);
  if ('refusal' in result) return result;
  const after: MarkdownState = { ...state, line: '_', fence: { ...fence, shell: result.after } };
  return { encoder: result.encoder === 'comment' ? 'comment' : 'markdown-fenced-word', after };
}

function readTag(state: MarkdownState, tag: Tag): TagResult<MarkdownState> {
  if (state.fence !== null) {
    if (tag.helper === 'code')
      return refused('`{{code …}}` cannot stand in a fenced block', 'write `{{…}}`: one word of the command');
    return fencedTag(state, state.fence, tag);
  }
  if (state.comment) {
    if (tag.helper !== 'comment')
      return refused('a tag in a comment has to be `{{comment …}}`', COMMENT_HINT);
    return { encoder: 'markdown-comment', after: { ...state, line: '' } };
  }
  if (tag.helper === 'comment')
    return refused('`{{comment …}}` is for comments', 'write it between `<!--` and `-->`');
  const open = FENCE.test(state.line)
    ? 'in the first line of a fenced block'
    : openInline(state.before + state.line);
  if (open !== '')
    return refused(`a tag cannot stand ${open}`, 'use `{{code …}}` for code; write addresses as text');
  const after: MarkdownState = { ...state, line: summary(state.line) };
  if (tag.helper !== 'code') return { encoder: 'markdown-text', after };
  if (tag.next.startsWith('`') || state.line.endsWith('`')) {
    return refused(
      '`{{code …}}` cannot touch a backquote',
      'leave the backquotes out: the tag writes its own',
    );
  }
  return { encoder: /^ *\|/.test(state.line) ? 'markdown-cell-code' : 'markdown-code', after };
}

/** Markdown files: CommonMark with the tables of GFM. */
export const markdownScanner: Scanner<MarkdownState> = {
  start: { line: '', before: '', comment: false, fence: null },
  helpers: { comment: 1, code: 1 },
  text(state, text) {
    let now = state;
    for (const character of text) now = step(now, character);
    return shortened(now);
  },
  tag: readTag,
  atLineStart: (state) => state.fence === null && !state.comment && state.line.trim() === '',
  ending(state) {
    if (state.comment) return 'a comment has no end';
    return state.fence === null || closesFence(state.line, state.fence.run)
      ? ''
      : 'a fenced block has no end';
  },
};
