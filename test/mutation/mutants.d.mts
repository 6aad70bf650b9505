export interface Mutant {
  readonly file: string;
  readonly tests: readonly string[];
  /** What is wrong with it, in words. */
  readonly what: string;
  readonly text: string;
  readonly instead: string;
}
export declare const MUTANTS: readonly Mutant[];
