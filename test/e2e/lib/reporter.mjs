import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Jest reporter: notes of each scenario what came of it, for the end of the run. */
export default class ScenarioReporter {
  onTestResult(_test, { testFilePath, perfStats, numPassingTests, numFailingTests, ...result }) {
    const scenario = basename(testFilePath, '.e2e.ts');
    const notRun = result.numPendingTests + result.numTodoTests;
    // A file that could not even be loaded has no tests at all.
    const failed = numFailingTests + (result.testExecError === undefined ? 0 : 1);
    const fields = [scenario, numPassingTests, failed, notRun, perfStats.runtime];
    appendFileSync(join(process.env.STOWAGE_E2E_RUN, 'scenarios.tsv'), `${fields.join('\t')}\n`);
  }
}
