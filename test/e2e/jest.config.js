/** End-to-end scenarios: one file each, two at a time, against real engines. Started by run.mjs. */
export default {
  rootDir: '../..',
  testEnvironment: 'node',
  roots: ['<rootDir>/test/e2e'],
  testMatch: ['<rootDir>/test/e2e/*.e2e.ts'],
  // Every second one waits for something most of the time.
  maxWorkers: 2,
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.e2e\\.ts$': '<rootDir>/test/bundle.mjs' },
  reporters: ['default', '<rootDir>/test/e2e/lib/reporter.mjs'],
  // Bounds what hangs; a loaded machine takes four times as long as a quiet one.
  testTimeout: 600_000,
};
