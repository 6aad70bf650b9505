import unit from '../../jest.config.js';

/** Tests that need programs of the operating system (shellcheck, systemd-analyze, dash, cmark-gfm), or compile the sources anew. */
export default {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/tools/**/*.test.ts'],
  testTimeout: 120_000,
};
