/** A clone without history says nothing of what changed: then one mutant of so many is played. */
const SAMPLE = 8;

/** @returns {{ files: string[], ref: string | null, minutes: number }} */
export function readArguments(words) {
  const options = { files: [], ref: null, minutes: Infinity };
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (word === '--changed') options.ref = words[(index += 1)] ?? '';
    else if (word === '--minutes') options.minutes = Number(words[(index += 1)]);
    else if (word.startsWith('-'))
      throw new Error(`unknown option ${word} (known: --changed REF, --minutes N)`);
    else options.files.push(word.replace(/^\.\//, ''));
  }
  if (Number.isNaN(options.minutes)) throw new Error('--minutes needs a number');
  return options;
}

/**
 * The mutants to play, and why these.
 *
 * @param git runs git in the checkout, and gives `status` and `stdout`
 */
export function chosen(mutants, { files, ref }, git) {
  if (ref === null) {
    if (files.length === 0) return { mutants, why: 'all' };
    const unknown = files.filter((name) => !mutants.some(({ file }) => file === name));
    if (unknown.length > 0) throw new Error(`no mutant is of ${unknown.join(', ')}`);
    return { mutants: mutants.filter(({ file }) => files.includes(file)), why: files.join(', ') };
  }
  const changed = changedFiles(ref, git);
  if (changed === null) {
    return {
      mutants: mutants.filter((_, index) => index % SAMPLE === 0),
      why: `a sample, without a commit ${ref}`,
    };
  }
  const touched = ({ file, tests }) => [file, ...tests].some((name) => changed.has(name));
  return { mutants: inTurn(mutants.filter(touched)), why: `what differs from ${ref}` };
}

/** The first of each file, then the second of each: time may run out. */
function inTurn(mutants) {
  const counts = new Map();
  const ranked = mutants.map((mutant) => {
    const rank = counts.get(mutant.file) ?? 0;
    counts.set(mutant.file, rank + 1);
    return { rank, mutant };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ mutant }) => mutant);
}

/** Files that differ from a commit, new ones among them; null where it cannot be told. */
function changedFiles(ref, git) {
  const known = git('rev-parse', '--quiet', '--verify', `${ref}^{commit}`);
  const answers = [git('diff', '--name-only', ref, '--'), git('ls-files', '--others', '--exclude-standard')];
  if ([known, ...answers].some(({ status }) => status !== 0)) return null;
  return new Set(answers.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== '')));
}
