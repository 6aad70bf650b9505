import type { EncoderName } from '../encoders/index.js';

export interface Tag {
  /** The helper that it names; empty for `{{x}}`. */
  readonly helper: string;
  /** The literal text that follows; empty when a tag or block follows, or when nothing does. */
  readonly next: string;
}

/** Where a tag's place is fine, the encoder and the state behind the tag; else what is wrong. */
export type TagResult<State> =
  | { readonly encoder: EncoderName; readonly after: State }
  | { readonly refusal: string; readonly hint: string };

/**
 * Reads the literal text of one kind of file, as far as it takes to know where a tag stands: in a value, in a
 * comment, inside quotes. States are small plain values; a scanner is asked about every way that blocks can take.
 */
export interface Scanner<State> {
  readonly start: State;
  text(state: State, text: string): State;
  tag(state: State, tag: Tag): TagResult<State>;
  /** Whether a partial, after `indent`, may stand here: at the beginning of a line in the file's ground state. */
  atLineStart(state: State, indent: string): boolean;
  /** Why the template cannot end here; empty if it can. */
  ending(state: State): string;
  /** The encoder that is right wherever one of two is; null when there is none. */
  readonly common?: (a: EncoderName, b: EncoderName) => EncoderName | null;
  /** Helpers of this kind and how many values each takes. */
  readonly helpers: Readonly<Record<string, number>>;
}

/** A place where no tag is understood. */
export function refused(refusal: string, hint: string): { refusal: string; hint: string } {
  return { refusal, hint };
}

export const COMMENT_HINT = 'write `{{comment …}}` in a comment';
