// Run from the project's top, where sfdx-project.json is: see package.json.
const { jestConfig } = require("@salesforce/sfdx-lwc-jest/config");

module.exports = {
  ...jestConfig,
  rootDir: "..",
  roots: ["<rootDir>/lwc_bridge/main"],
  testMatch: ["**/*.test.js"],
  setupFilesAfterEnv: [...(jestConfig.setupFilesAfterEnv ?? []), "<rootDir>/lwc_bridge/jest.setup.cjs"],
  moduleNameMapper: {
    "^lightning/uiRecordApi$": "<rootDir>/lwc_bridge/jest-mocks/uiRecordApi.js",
    // A base component that the stubs of sfdx-lwc-jest do not have yet.
    "^lightning/uiEmbedding$": "<rootDir>/lwc_bridge/jest-mocks/uiEmbedding/uiEmbedding"
  }
};
