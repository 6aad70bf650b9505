// What keeps dead code out: `knip` finds what nothing imports, and with `--production` what only tests do.
const production = process.argv.includes('--production');

export default {
  entry: [
    'src/{bin,index}.ts!',
    'src/build/{build,check,code-cache,library-types,new-runtime}.mjs!',
    'src/build/generate.ts!',
    // Copied by `npm run new:runtime`.
    'src/runtimes/skeleton/runtime.ts!',
    'test/e2e/prepare.ts',
    // Jest is given its name.
    'test/mutation/first-failure.mjs',
    'test/fixtures/*/*.mjs',
  ],
  project: ['src/**/*.{ts,mjs}!', 'test/**/*.{ts,mjs}'],
  // Tests may use what a file has for itself.
  ignoreExportsUsedInFile: production,
  exclude: ['binaries'],
  jest: { config: ['jest.config.js', 'test/*/jest.config.js'] },
};
