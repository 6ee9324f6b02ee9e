import js from "@eslint/js";
import aura from "@salesforce/eslint-plugin-aura";
import lwc from "@salesforce/eslint-config-lwc/recommended.js";
import globals from "globals";

export default [
  { ignores: ["**/node_modules/**"] },
  ...lwc.map((part) => ({ ...part, files: ["main/**/lwc/**/*.js", "jest-mocks/*/*.js"] })),
  { files: ["main/**/__tests__/**/*.js"], languageOptions: { globals: { ...globals.jest, ...globals.node } } },
  { files: ["**/*.cjs", "**/*.mjs"], ...js.configs.recommended, languageOptions: { globals: globals.node } },
  { files: ["jest-mocks/*.js"], ...js.configs.recommended, languageOptions: { globals: globals.jest } },
  ...[aura.configs.recommended, aura.configs.locker]
    .flat()
    .filter(Boolean)
    .map((part) => ({ ...part, files: ["main/**/aura/**/*.js"] }))
];
