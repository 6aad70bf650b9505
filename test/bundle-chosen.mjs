// Bundles the tests that this run is asked for before it starts them, all at once: one by one takes ten times as long.
import glob from 'fast-glob';
import { bundle, removeOld } from './bundle.mjs';

export default async function bundleChosen({ rootDir, testPathPatterns }, { testMatch }) {
  const chosen = testPathPatterns.toExecutor({ rootDir });
  const tests = glob
    .sync(testMatch, { ignore: ['**/node_modules/**'] })
    .filter((test) => chosen.isMatch(test));
  removeOld();
  // What one test cannot be bundled for is that test's failure, not all tests'.
  await bundle(tests).catch(() => undefined);
}
