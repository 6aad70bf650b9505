/** A reporter of jest that ends it with the first test that fails: then the mutant is noticed. */
export default class FirstFailure {
  onTestCaseResult(_test, { status, fullName }) {
    if (status !== 'failed') return;
    console.log(fullName);
    process.exit(1);
  }

  onTestFileResult(_test, { testExecError }) {
    if (testExecError === undefined) return;
    console.log(testExecError.message);
    process.exit(1);
  }
}
