import type { WriteStream } from 'node:tty';
import { printableLines } from '../diagnostics/printable.js';
import { asAscii, showsUtf8 } from './ascii.js';

/** Where a command's output goes. stdout carries the result, stderr everything else. */
export interface Terminal {
  /** Part of the result, as it is. */
  out(text: string): void;
  /** Remarks; not part of the result. */
  err(text: string): void;
  /** Text that came from files as it is: into a pipe unchanged, onto a terminal with controls made visible. */
  raw(text: string): void;
  readonly outColor: boolean;
  readonly errColor: boolean;
  /** Columns of the terminal that shows stdout; null when it is not one, so that nothing is cut. */
  readonly outWidth: number | null;
  readonly errWidth: number | null;
  /** Shows what is going on, on one line that the next call replaces; an empty text wipes it. */
  progress(text: string): void;
}

/** A variable is set when it is there and not empty (https://no-color.org). */
function isSet(name: string): boolean {
  return (process.env[name] ?? '') !== '';
}

function isCi(): boolean {
  return isSet('CI') && process.env.CI !== 'false' && process.env.CI !== '0';
}

function wantsColor(stream: WriteStream, asked: boolean | undefined): boolean {
  if (asked !== undefined) return asked;
  if (isSet('NO_COLOR') || isCi() || process.env.TERM === 'dumb') return false;
  return stream.isTTY;
}

function widthOf(stream: WriteStream): number | null {
  return stream.isTTY && stream.columns > 0 ? stream.columns : null;
}

/** The terminal of this process. `color` is what `--color` or `--no-color` asks for, if anything. */
export function processTerminal(color: boolean | undefined, quiet: boolean): Terminal {
  const { stdout, stderr } = process;
  const live = stderr.isTTY && !quiet && !isCi() && process.env.TERM !== 'dumb';
  const isPlain = !showsUtf8(process.env);
  const write = (stream: WriteStream, text: string): void => {
    if (text !== '') stream.write(stream.isTTY && isPlain ? asAscii(text) : text);
  };
  let shown = false;
  const wipe = (): void => {
    if (shown) stderr.write('\r\u001b[K');
    shown = false;
  };
  return {
    out(text) {
      wipe();
      write(stdout, text);
    },
    err(text) {
      wipe();
      write(stderr, text);
    },
    raw(text) {
      wipe();
      if (text !== '') stdout.write(stdout.isTTY ? printableLines(text) : text);
    },
    outColor: wantsColor(stdout, color),
    errColor: wantsColor(stderr, color),
    outWidth: widthOf(stdout),
    errWidth: widthOf(stderr),
    progress(text) {
      if (!live) return;
      wipe();
      if (text === '') return;
      write(stderr, text);
      shown = true;
    },
  };
}
