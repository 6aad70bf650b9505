import picocolors from 'picocolors';
import type { Diagnostic, Severity } from './diagnostic.js';
import { frame } from './frame.js';
import { printable } from './printable.js';
import { isWholeFile } from './report-text.js';

/** How to print for people. */
export interface TextOptions {
  readonly color: boolean;
  /** Longest source line in terminal cells; longer ones are cut around the marker. 100 by default. */
  readonly width?: number;
}

type Colors = ReturnType<typeof picocolors.createColors>;

const NAMES: readonly (readonly [Severity, string])[] = [
  ['error', 'error'],
  ['warning', 'warning'],
  ['info', 'note'],
];

function paint(colors: Colors, severity: Severity): (text: string) => string {
  switch (severity) {
    case 'error':
      return colors.red;
    case 'warning':
      return colors.yellow;
    case 'info':
      return colors.blue;
  }
}

/** `1 error`, `2 errors`, `1,204 files`: a count and its noun. */
export function count(amount: number, noun: string): string {
  const digits = String(amount).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${digits} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `3 errors, 1 warning in 2 files`; empty for no diagnostics. */
export function summary(diagnostics: readonly Diagnostic[]): string {
  if (diagnostics.length === 0) return '';
  const counts = NAMES.map(([severity, noun]) => ({
    noun,
    amount: diagnostics.filter((diagnostic) => diagnostic.severity === severity).length,
  })).filter(({ amount }) => amount > 0);
  const files = new Set(diagnostics.map((diagnostic) => diagnostic.span.file));
  return `${counts.map(({ amount, noun }) => count(amount, noun)).join(', ')} in ${count(files.size, 'file')}`;
}

/** The lines of each source, split once. Line breaks are YAML's: LF, CRLF, CR. */
class SourceLines {
  readonly #sources: ReadonlyMap<string, string>;
  readonly #lines = new Map<string, readonly string[]>();

  constructor(sources: ReadonlyMap<string, string>) {
    this.#sources = sources;
  }

  line(file: string, number: number): string | undefined {
    let lines = this.#lines.get(file);
    if (lines === undefined) {
      lines =
        this.#sources
          .get(file)
          ?.replace(/^\ufeff/, '')
          .split(/\r\n|\n|\r/) ?? [];
      this.#lines.set(file, lines);
    }
    return lines[number - 1];
  }
}

function formatFrame(diagnostic: Diagnostic, line: string, width: number, colors: Colors): string[] {
  const number = String(diagnostic.span.line);
  const gutter = number.length + 5;
  const { source, marker } = frame(line, diagnostic.span, width, gutter);
  const bar = colors.dim('|');
  return [
    `  ${colors.dim(number)} ${bar} ${source}`.trimEnd(),
    `  ${' '.repeat(number.length)} ${bar} ${paint(colors, diagnostic.severity)(marker)}`,
  ];
}

function formatOne(diagnostic: Diagnostic, lines: SourceLines, options: TextOptions, colors: Colors): string {
  const { span, severity, code, message, hint } = diagnostic;
  const place = colors.bold(`${printable(span.file)}:${String(span.line)}:${String(span.column)}`);
  const output = [`${place} ${paint(colors, severity)(severity)} ${code} ${printable(message)}`];
  const show = diagnostic.sensitive !== true && !isWholeFile(diagnostic);
  const line = show ? lines.line(span.file, span.line) : undefined;
  if (line !== undefined) output.push(...formatFrame(diagnostic, line, options.width ?? 100, colors));
  if (hint !== undefined && hint !== '') output.push(`  ${colors.dim('hint:')} ${printable(hint)}`);
  return `${output.join('\n')}\n`;
}

/**
 * Diagnostics as a compiler prints them: position, code and message, the source line with a marker below it, the
 * hint; then a line that counts them. The order is the caller's. `sources` holds the text of each file by the
 * name that spans use; a file that it lacks is shown without its line. Nothing that a file says reaches the
 * terminal as a control character. Empty for no diagnostics, else ends with a line feed.
 */
export function formatText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  options: TextOptions,
): string {
  if (diagnostics.length === 0) return '';
  const colors = picocolors.createColors(options.color);
  const lines = new SourceLines(sources);
  const parts = diagnostics.map((diagnostic) => formatOne(diagnostic, lines, options, colors));
  return `${parts.join('\n')}\n${summary(diagnostics)}\n`;
}
