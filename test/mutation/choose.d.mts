import type { Mutant } from './mutants.mjs';

export interface Options {
  readonly files: readonly string[];
  readonly ref: string | null;
  readonly minutes: number;
}
type Git = (...words: readonly string[]) => { readonly status: number | null; readonly stdout: string };

export declare function readArguments(words: readonly string[]): Options;
export declare function chosen(
  mutants: readonly Mutant[],
  options: Options,
  git: Git,
): { readonly mutants: readonly Mutant[]; readonly why: string };
