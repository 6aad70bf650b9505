import { createRequire } from 'node:module';
import type { ProgramNode } from './ast.js';
import type { TemplateProblem } from './problem.js';
import type { Position } from './program.js';

interface Handlebars {
  readonly parse: (text: string) => ProgramNode;
}

/**
 * Handlebars is loaded when a template has to be parsed, and only its parser is used. Most runs have no templates of
 * their own and never pay for it; `require` because that answers at once.
 */
function loadHandlebars(): Handlebars {
  return createRequire(import.meta.url)('handlebars') as Handlebars;
}

/** A template's text in lines, for positions as people count them. */
export class TemplateText {
  readonly lines: readonly string[];
  constructor(text: string) {
    this.lines = text.split('\n');
  }

  /** A position of the parser (columns from 0, in UTF-16 units) as line and column in code points, from 1. */
  position(at: { readonly line: number; readonly column: number }): Position {
    const line = this.lines[at.line - 1] ?? '';
    return [at.line, Array.from(line.slice(0, at.column)).length + 1];
  }

  /** Behind the last character. */
  get end(): Position {
    const last = this.lines.at(-1) ?? '';
    return this.position({ line: this.lines.length, column: last.length });
  }
}

/** Line breaks as the parser and every format here want them; positions stay the same. */
export function normalizeTemplate(text: string): string {
  return text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
}

/** What Handlebars' parser throws for what it cannot read: with a position, or with a drawing of it. */
interface ParseFailure {
  readonly message: string;
  readonly lineNumber?: number;
  readonly column?: number;
}

/**
 * The column of a mistake that the parser shows as `…text before` + caret: the text before it, without line breaks, is
 * cut to its last twenty characters.
 */
function drawnColumn(lines: readonly string[], line: number, message: string): number {
  const [, shown = '', dashes = ''] = message.split('\n');
  const before = shown.slice(0, Math.max(0, dashes.length - 1)).replace(/^\.\.\./, '');
  const after = shown.slice(Math.max(0, dashes.length - 1)).replace(/\.\.\.$/, '');
  const text = lines[line - 1] ?? '';
  const above = lines.slice(0, line - 1).join('');
  for (let column = text.length; column >= 0; column -= 1) {
    if (
      (above + text.slice(0, column)).endsWith(before) &&
      after.startsWith(text.slice(column).slice(0, after.length))
    )
      return column;
  }
  return 0;
}

function parseProblem(failure: ParseFailure, text: TemplateText): TemplateProblem {
  const [first = ''] = failure.message.split('\n');
  const drawn = /^Parse error on line (\d+)/.exec(first);
  const line = Math.min(drawn === null ? (failure.lineNumber ?? 1) : Number(drawn[1]), text.lines.length);
  const column = drawn === null ? (failure.column ?? 0) : drawnColumn(text.lines, line, failure.message);
  const start = text.position({ line, column });
  const expected = /got '(\w+)'$/.exec(failure.message)?.[1];
  const unfinished =
    expected === 'EOF' ? 'it ends inside a block' : 'it is no Handlebars template from here on';
  const reason = drawn === null ? first.replace(/ - \d+:\d+$/, '') : unfinished;
  return {
    code: 'STW500',
    start,
    end: start,
    message: `the template cannot be read: ${reason}`,
    hint: 'every `{{#block}}` needs its `{{/block}}` and every `{{` its `}}`',
  };
}

/** A template's syntax tree, or what keeps it from being read. */
export function parseTemplate(
  text: string,
): { readonly tree: ProgramNode } | { readonly problem: TemplateProblem } {
  try {
    return { tree: loadHandlebars().parse(text) };
  } catch (error) {
    // The parser has no other way to answer; anything that is not about the text has no message like this.
    if (!(error instanceof Error)) throw error;
    return { problem: parseProblem(error, new TemplateText(text)) };
  }
}
