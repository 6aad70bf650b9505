import type { Expression, Position, TextStep, ValueStep } from './program.js';

/** A part of a template that wrote at least a part of one line. */
export interface LineOrigin {
  readonly template: string;
  /** Line and column in the template; the column is 1 for text. */
  readonly at: Position;
  /** The tag as written, without braces and helper; null for text of the template. */
  readonly expression: string | null;
  /** The tag's first value; undefined for text. */
  readonly value: unknown;
  /** Which line of the value this is, from 0; 0 for text. */
  readonly part: number;
}

/** Notes, while a template is filled, what wrote each line. */
export class Trace {
  private readonly origins: LineOrigin[][] = [];
  private current = 0;

  /** What wrote a line of the result (from 1), in the order of the line. */
  line(number: number): readonly LineOrigin[] {
    return this.origins[number - 1] ?? [];
  }

  /** Text that was written as it stands in the template. */
  text(template: string, step: TextStep): void {
    const lines = step.text.split('\n');
    lines.forEach((text, index) => {
      const at: Position = [step.line + index, 1];
      const isBlankLine = index < lines.length - 1 && this.origins[this.current] === undefined;
      if (text !== '' || isBlankLine)
        this.note({ template, at, expression: null, value: undefined, part: 0 });
      if (index < lines.length - 1) this.current += 1;
    });
  }

  /** A value that was written as `encoded`. */
  value(template: string, step: ValueStep, values: readonly unknown[], encoded: string): void {
    const lines = encoded.split('\n');
    // A block of YAML begins on the line below its key.
    const first = lines[0] === '' ? 1 : 0;
    const expression = wordsOf(step.values);
    lines.forEach((text, index) => {
      const part = Math.max(0, index - first);
      if (text !== '' || lines.length === 1) {
        this.note({ template, at: step.at, expression, value: values[0], part });
      }
      if (index < lines.length - 1) this.current += 1;
    });
  }

  private note(origin: LineOrigin): void {
    const line = (this.origins[this.current] ??= []);
    line.push(origin);
  }
}

/** The values of a tag as they are written in it. */
export function wordsOf(values: readonly Expression[]): string {
  return values.map((value) => ('literal' in value ? String(value.literal) : value.text)).join(' ');
}
