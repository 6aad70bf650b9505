import unit from '../../jest.config.js';

/** Properties, each tried on many inputs that nobody thought of. */
export default {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/property/**/*.test.ts'],
};
