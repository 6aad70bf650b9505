import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['build/', 'dist/', 'rendered/', 'coverage/', 'test/golden/*/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 16],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    // What these folders compute must depend on their arguments only.
    files: [
      'src/{plan,lookup,excludes,locate,schedule,targets,retention,report,model,jobs,runtimes,backends,hosts,rendering,steps}/**/*.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:fs', 'node:fs/*', 'node:os', 'node:child_process', 'node:process'] }] },
      ],
      'no-restricted-globals': ['error', 'process', 'Date'],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/text/compare.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          'ConditionalExpression[test.operator=/^[<>]$/][consequent.argument.value=1]',
          '[name="localeCompare"]',
        ].map((selector) => ({
          selector,
          message: 'Texts have one order: `compareText` in src/text/compare.ts.',
        })),
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', performance: 'readonly' },
    },
  },
  {
    // Runs in browsers.
    files: ['templates/**/*.js'],
    languageOptions: {
      globals: { document: 'readonly', setTimeout: 'readonly', addEventListener: 'readonly' },
    },
  },
);
