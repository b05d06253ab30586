// Lint of the whole tree: TypeScript with types, the house's import directions (test/lint/rules/rooms.js), one clock, one door per library.
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { houseRules } from './test/lint/rules/house-rules.js';

const typescript = ['**/*.ts', '**/*.tsx'];
const oneClock = 'Time comes from an injected Clock (server/time/clock.ts).';
const assembly = 'server/kernels/assembly/**/*.ts';

export default defineConfig(
  { ignores: ['build/**', 'node_modules/**', 'runtime/**', '.ci/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: typescript,
    ignores: [assembly],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { understudy: houseRules },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'understudy/import-directions': 'error',
      'understudy/one-door': 'error',
      'understudy/labelled-frame': 'error',

      // -- correctness
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      'no-template-curly-in-string': 'error',
      'no-case-declarations': 'error',
      'no-constant-binary-expression': 'error',
      'no-self-compare': 'error',
      'no-var': 'error',
      'prefer-const': ['error', { destructuring: 'all' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-control-regex': 'error',
      'no-warning-comments': ['warn', { terms: ['todo', 'fixme', 'xxx'] }],

      // -- one clock
      'no-restricted-globals': [
        'error',
        { name: 'Date', message: oneClock },
        { name: 'performance', message: oneClock },
      ],
      'no-restricted-properties': ['error', { object: 'process', property: 'hrtime', message: oneClock }],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:perf_hooks', message: oneClock },
            { name: 'perf_hooks', message: oneClock },
          ],
        },
      ],
      'no-console': 'error',

      // -- size (style.md §7.5): a warning, so that a good reason may stand
      'max-lines': ['warn', { max: 300 }],
      'max-lines-per-function': ['warn', { max: 80, skipComments: true }],

      // -- off, because here they find style and not faults
      // Typed arrays and messages of known shape are read with "!"; bounds are proven by the host (docs/decisions/indexed-access.md).
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // An async method may have nothing to wait for and still owe its port a promise.
      '@typescript-eslint/require-await': 'off',
      // Events that nobody listens to are empty functions, and say so by being empty.
      '@typescript-eslint/no-empty-function': 'off',
      // Numbers are what this program prints.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true, allowArray: true },
      ],
    },
  },
  { files: ['server/time/clock.ts'], rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' } },
  // V8 tells of its collections through perf_hooks only.
  { files: ['server/time/collections.ts'], rules: { 'no-restricted-globals': 'off', 'no-restricted-imports': 'off' } },
  // Reads dates out of consent records; the moment it compares them with is given to it.
  { files: ['server/trust/consent.ts'], rules: { 'no-restricted-globals': 'off' } },
  {
    // The page has the browser's clock, behind its own one door.
    files: ['control-ui/link/page-clock.ts', 'control-ui/dev/**'],
    rules: { 'no-restricted-globals': 'off', 'no-console': 'off' },
  },
  {
    // What a person starts and reads, and what measures or waits from outside.
    files: [
      'server/cli/**',
      'server/main.ts',
      'server/params/generate.ts',
      'server/stage-sim/build-*.ts',
      'server/stage-sim/fit-landmarks.ts',
      'models/convert.ts',
      'test/**',
      '*.config.ts',
      'control-ui/vite.config.ts',
    ],
    rules: {
      'no-console': 'off',
      'no-restricted-globals': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-imports': 'off',
    },
  },
  {
    // A test file is one long list of claims; matchers of expected shapes are `any` by vitest's own types.
    files: ['test/**'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // AssemblyScript is not TypeScript: only its imports are looked at.
    files: [assembly],
    plugins: { understudy: houseRules },
    languageOptions: { parser: tseslint.parser, parserOptions: { allowInvalidAST: true } },
    rules: {
      'understudy/import-directions': 'error',
      'understudy/one-door': 'error',
      'max-lines': ['warn', { max: 300 }],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    rules: {
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
);
