import unit from '../../jest.config.js';

/** Tests that need programs of the operating system (shellcheck, systemd-analyze, busybox, cmark-gfm), or compile the sources anew. */
export default {
  ...unit,
  rootDir: '../..',
  setupFiles: [...unit.setupFiles, '<rootDir>/test/tools/small-images.mjs'],
  testMatch: ['<rootDir>/test/tools/**/*.test.ts'],
  testTimeout: 120_000,
};
