import unit from '../../jest.config.js';

/** Tests of the report in a real browser: Chromium, as /usr/bin/chromium or where CHROMIUM says. */
export default {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
  testTimeout: 120_000,
};
