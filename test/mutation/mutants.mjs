import { hosts } from './mutants/hosts.mjs';
import { plans } from './mutants/plans.mjs';
import { repositories } from './mutants/repositories.mjs';
import { restores } from './mutants/restores.mjs';
import { runtimes } from './mutants/runtimes.mjs';
import { scripts } from './mutants/scripts.mjs';
import { units } from './mutants/units.mjs';
import { words } from './mutants/words.mjs';

/**
 * Every mutant: a file, a text that stands in it once, what replaces it, and the tests that have to notice.
 *
 * The lists have a group for each file: its tests, and lines of what is wrong, the text and what replaces it. A test that
 * says its own name of a few lines is enough: `npm run mutate FILE` is for people who wait.
 */
export const MUTANTS = [hosts, units, repositories, restores, scripts, runtimes, plans, words]
  .flat()
  .flatMap(({ file, tests, mutants }) =>
    mutants.map(([what, text, instead]) => ({ file, tests, what, text, instead })),
  );
