import { createHash } from 'node:crypto';
import type { Diagnostic } from './diagnostic.js';
import { printable } from './printable.js';

/** The message and, on a line of its own, the hint. Nothing in it can be obeyed by a terminal or break a line. */
export function messageText({ message, hint }: Diagnostic): string {
  const more = hint === undefined || hint === '' ? '' : `\nhint: ${printable(hint)}`;
  return `${printable(message)}${more}`;
}

/** Whether a finding is about a file as a whole; no place in it is worth pointing at. */
export function isWholeFile({ span }: Diagnostic): boolean {
  return span.line === 1 && span.column === 1 && span.end_line === 1 && span.end_column === 1;
}

/**
 * A name for each diagnostic that stays when lines move: code, file and message, counted where several agree. Two
 * lists of the same findings give the same names, so that services which collect reports know what is new.
 * 32 hexadecimal digits each, in the order of `diagnostics`.
 */
export function fingerprints(diagnostics: readonly Diagnostic[]): string[] {
  const seen = new Map<string, number>();
  return diagnostics.map(({ code, message, span }) => {
    const name = JSON.stringify([code, span.file, message]);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return createHash('sha256').update(`${name}${before}`).digest('hex').slice(0, 32);
  });
}
