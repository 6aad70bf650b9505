import { closest } from '../diagnostics/did-you-mean.js';

/** Words longer than this are no misspelling of a key; comparing them would only cost time. */
const LONGEST = 100;

/** The candidate that `name` is most likely a misspelling of; null when none is close. */
export function suggest(name: string, candidates: Iterable<string>): string | null {
  if (name.length > LONGEST) return null;
  return closest(
    name,
    [...candidates].filter((candidate) => candidate !== name && candidate.length <= LONGEST),
  );
}

/** Hint text for a misspelling: the likely name, or all of them while they are few. */
export function suggestionHint(name: string, candidates: readonly string[]): string | undefined {
  const close = suggest(name, candidates);
  if (close !== null) return `did you mean \`${close}\`?`;
  if (candidates.length === 0 || candidates.length > 12) return undefined;
  return `known here: ${candidates.map((candidate) => `\`${candidate}\``).join(', ')}`;
}
