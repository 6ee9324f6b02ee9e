import js from '@eslint/js';
import { config as hubspot } from '@hubspot/eslint-config-ui-extensions';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const CARDS = ['src/**/*.{ts,tsx}'];

export default tseslint.config(
  { ignores: ['dist', 'node_modules'] },
  js.configs.recommended,
  tseslint.configs.strict,
  reactHooks.configs.flat['recommended-latest'],
  // HubSpot's rules are about its worker: the host beside it is an ordinary page and may use the DOM.
  ...hubspot.map((part) => ({ ...part, files: CARDS })),
  {
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // A void expression in a handler says that its promise is meant to go on by itself.
      '@typescript-eslint/no-confusing-void-expression': 'off',
    },
  },
  {
    files: ['**/*.mjs', 'eslint.config.js'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  { files: ['test/**', '**/*.test.tsx'], rules: { 'max-lines-per-function': 'off' } },
  prettier,
);
