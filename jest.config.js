/** Jest runs the TypeScript sources as ES modules; `npm run typecheck` checks their types apart. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['<rootDir>/test/{unit,golden,cli,diagnostics}/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/test/forget-contexts.mjs'],
  globalSetup: '<rootDir>/test/bundle-chosen.mjs',
  transform: { '^.+\\.test\\.ts$': '<rootDir>/test/bundle.mjs' },
  // One worker less than there are cores is what jest would take: of two, one.
  maxWorkers: '100%',
  testTimeout: 120_000,
};
