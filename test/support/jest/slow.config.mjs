/** The slow tests alone: all of them, or those whose files are named. */
import config from "../../../jest.config.js";

export default {
  ...config,
  rootDir: "../../..",
  testMatch: ["**/*.slow.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
};
