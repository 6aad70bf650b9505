/** Jest runs the TypeScript sources as ES modules; `npm run typecheck` checks their types apart. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['<rootDir>/test/{unit,golden,cli,property,diagnostics}/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // One worker less than there are cores is what jest would take: of two, one.
  maxWorkers: '100%',
  testTimeout: 120_000,
};
