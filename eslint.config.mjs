import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import prettier from 'eslint-config-prettier';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'shared/', 'console/', '**/*.js', '**/*.cjs', '**/*.mjs'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      // More travel together as one object.
      'max-params': ['error', 4],
      // platform/env.ts is the only reader of the environment.
      'no-restricted-properties': ['error', { object: 'process', property: 'env' }],
    },
  },
  {
    // One literal table, read row by row.
    files: ['domain/hold-reasons.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    // The product's own code is what people change.
    files: ['sandbox/**', 'demo/**', 'bench/**', 'test/**'],
    rules: { 'max-params': 'off' },
  },
  {
    files: ['platform/env.ts', 'sandbox/env.ts', 'test/support/env.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // A decision depends on its arguments alone: callers pass the time and the ids in.
    files: ['domain/**/*.ts', 'connectors/*/shape/mapping.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'Date',
        'fetch',
        'process',
        'setTimeout',
        'setInterval',
        'crypto',
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
      '@typescript-eslint/no-restricted-types': [
        'error',
        { types: { Date: 'Use an ISO 8601 string: a Date does not survive a Temporal payload.' } },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    extends: [jest.configs['flat/recommended'], jest.configs['flat/style']],
    rules: {
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
      // These throw where what they wait for does not come.
      'jest/expect-expect': [
        'warn',
        { assertFunctionNames: ['expect*', 'assert.**', 'untilStands', 'redriven'] },
      ],
    },
  },
  prettier,
  {
    rules: {
      // The formatter has the last word, without exceptions.
      'no-warning-comments': ['error', { terms: ['prettier-ignore'], location: 'anywhere' }],
      // What the formatter cannot break: an address, a pattern, a title that people search for, a table of a test.
      'max-len': [
        'error',
        {
          code: 100,
          ignoreUrls: true,
          ignoreRegExpLiterals: true,
          ignorePattern:
            '(://|\\$\\{.*\\$\\{|^\\s*(test|it|describe)\\b|^\\s*[\'"`].*[\'"`],$|base64| \\| )',
        },
      ],
    },
  },
);
