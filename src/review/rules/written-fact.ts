import type { JobPair } from '../match.js';
import type { ReviewInput } from '../review.js';

/** Where a user's own template may write a fact of a job: the first group of the pattern is the value. */
interface Written {
  readonly file: string;
  readonly pattern: RegExp;
}

/** A fact of a job before and after: as the plans say, or as the user's templates do. Null where nobody says it. */
export function factBeforeAndAfter(
  { templateChanges }: ReviewInput,
  { before, after }: JobPair,
  fact: string,
  { file, pattern }: Written,
): readonly [before: string | null, after: string | null] {
  const change = templateChanges.find(({ path }) => path === file);
  const valueIn = (text: string | undefined) => pattern.exec(text ?? '')?.[1] ?? null;
  return [
    valueIn(change?.before) ?? before.facts[fact] ?? null,
    valueIn(change?.after) ?? after.facts[fact] ?? null,
  ];
}
