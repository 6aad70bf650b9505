import type { Span } from '../diagnostics/diagnostic.js';

/** Steps from the root of a document to one of its nodes: mapping keys and sequence indexes. */
export type Pointer = readonly (string | number)[];

/**
 * One YAML document of one input file: its plain value, and where each part of it stands.
 *
 * Positions are computed when asked for, so that a clean run never pays for them.
 */
export interface SourceDocument {
  /** Path as shown to the user (relative to the policy's folder, with `/`). */
  readonly file: string;
  /** The document's plain value: mappings, sequences, strings, numbers, booleans, null. */
  readonly value: unknown;
  /**
   * Where the node at `pointer` stands. `key` asks for the mapping key instead of the value. A pointer that the
   * text does not hold gives the nearest ancestor that it does. What came through an alias or a merge key is
   * shown where it was written. `within` narrows the span of a string to a part of it, given in UTF-16 code
   * units of the string's value, where the text shows that part as it is (no escapes, no folding).
   */
  span(
    pointer: Pointer,
    part?: 'key' | 'value',
    within?: { readonly start: number; readonly end: number },
  ): Span;
}

/** A document whose scalars can be seen as they are written. */
export interface WrittenDocument extends SourceDocument {
  /** The scalar's text as written, without quotes; null where no scalar stands. */
  raw(pointer: Pointer): string | null;
  /** Whether a whole number is written as a decimal one, such as `2.0`, which Python keeps apart. */
  isFloat(pointer: Pointer): boolean;
}
