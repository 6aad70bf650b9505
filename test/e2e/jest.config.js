/** End-to-end scenarios: one file each, two at a time, against real engines. Started by run.mjs. */
export default {
  rootDir: '../..',
  testEnvironment: 'node',
  roots: ['<rootDir>/test/e2e'],
  testMatch: ['<rootDir>/test/e2e/*.e2e.ts'],
  // Every second one waits for something most of the time.
  maxWorkers: 2,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  reporters: ['default', '<rootDir>/test/e2e/lib/reporter.mjs'],
  // Bounds what hangs; a loaded machine takes four times as long as a quiet one.
  testTimeout: 600_000,
};
