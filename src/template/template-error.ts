import type { Position } from './program.js';

/** A template could not be filled: its own fault, or a value that its format cannot express. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** The template (or partial) that holds the tag. */
  readonly template: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in code points. */
  readonly column: number;
  /** Empty where there is nothing to advise. */
  readonly hint: string;

  constructor(template: string, [line, column]: Position, message: string, hint = '') {
    super(message);
    this.template = template;
    this.line = line;
    this.column = column;
    this.hint = hint;
  }
}
