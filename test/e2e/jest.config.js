/** End-to-end scenarios: one file each, one after the other, against real engines. Started by run.mjs. */
export default {
  rootDir: '../..',
  testEnvironment: 'node',
  roots: ['<rootDir>/test/e2e'],
  testMatch: ['<rootDir>/test/e2e/*.e2e.ts'],
  maxWorkers: 1,
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
