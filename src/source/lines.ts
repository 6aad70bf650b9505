/** Turns offsets (UTF-16 code units) into lines and columns (code points), both counted from 1. */
export class Lines {
  readonly text: string;
  #starts: number[] | null = null;
  #last = { offset: 0, column: 1 };

  constructor(text: string) {
    this.text = text;
  }

  /** Line and column of an offset; offsets past the end give the end. */
  at(offset: number): { line: number; column: number } {
    const clamped = this.#clamp(offset);
    const index = this.#indexAt(clamped);
    // Questions mostly come in the order of the text: counting on from the last answer keeps long lines cheap.
    const lineStart = this.#startOf(index);
    const isAhead = this.#last.offset >= lineStart && this.#last.offset <= clamped;
    const from = isAhead ? this.#last : { offset: lineStart, column: 1 };
    const column = from.column + codePoints(this.text.slice(from.offset, clamped));
    this.#last = { offset: clamped, column };
    return { line: index + 1, column };
  }

  /** Line of an offset. */
  lineAt(offset: number): number {
    return this.#indexAt(this.#clamp(offset)) + 1;
  }

  /** Offset of the end of the line that holds `offset`, without its line break. */
  lineEnd(offset: number): number {
    const next = this.#startOf(this.#indexAt(this.#clamp(offset)) + 1);
    let end = next;
    while (end > offset && (this.text[end - 1] === '\n' || this.text[end - 1] === '\r')) end--;
    return end;
  }

  #clamp(offset: number): number {
    return Math.max(0, Math.min(offset, this.text.length));
  }

  /** Start of the line with this index; the text's end for the line after the last. */
  #startOf(index: number): number {
    return (this.#starts ??= lineStarts(this.text))[index] ?? this.text.length;
  }

  /** Index of the line that holds an offset. */
  #indexAt(offset: number): number {
    const starts = (this.#starts ??= lineStarts(this.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function codePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++, count++) {
    const unit = text.codePointAt(index) ?? 0;
    if (unit > 0xffff) index++;
  }
  return count;
}

/** YAML's line breaks: LF, CR LF, and a CR alone. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let index = 0; index < text.length; index++) {
    const unit = text[index];
    if (unit === '\n' || (unit === '\r' && text[index + 1] !== '\n')) starts.push(index + 1);
  }
  return starts;
}
