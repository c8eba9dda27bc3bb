import { expect, it } from "@jest/globals";
import { optimizerTitle } from "../../../src/report/words/setting-words.ts";

it.each([
  ["lawn-adam", "LAWN-Adam"],
  ["adamw", "AdamW"],
  ["rmsprop", "RMSProp"],
  ["lawn-lars", "LAWN-LARS"],
  ["lawn-of-tomorrow", "LAWN-of-tomorrow"],
])("titles %s as %s", (name, title) => {
  expect(optimizerTitle(name)).toBe(title);
});
