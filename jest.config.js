/** Tests run the TypeScript sources as ES modules; swc strips the types. */
import { intrinsics } from "./test/support/jest/intrinsics.cjs";

export default {
  testEnvironment: "<rootDir>/test/support/jest/node-environment.cjs",
  globalSetup: "<rootDir>/test/support/jest/make-run-folder.mjs",
  globalTeardown: "<rootDir>/test/support/jest/remove-run-folder.mjs",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  // `make test-slow` runs those alone: they install packages or start dozens of processes.
  testPathIgnorePatterns: ["/node_modules/", "\\.slow\\.test\\.ts$"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": [
      "<rootDir>/test/support/jest/typescript-modules.cjs",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "es6" }, sourceMaps: "inline" },
    ],
  },
  // For CommonJS packages what typescript-modules.cjs is for our own sources.
  sandboxInjectedGlobals: intrinsics,
  testSequencer: "<rootDir>/test/support/jest/slow-first.cjs",
  maxWorkers: "100%",
  testTimeout: 60_000,
};
