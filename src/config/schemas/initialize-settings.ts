/** The settings of the first values of a ranker's tensors. */
import { z } from "zod";
import { initializerPattern } from "../initializer-text.ts";
import { setting } from "../setting.ts";

const initializer = z.string().regex(initializerPattern);
const initializerWords = "a first value such as normal:0.01, glorot-uniform or zeros";

export const initializeSettings = z.object({
  embedding: setting(initializer.default("normal:0.01"), {
    flag: "initialize-embedding",
    expects: initializerWords,
    meaning:
      "First values of the tables: normal:S and uniform:S of scale S, glorot-normal, glorot-uniform, he-..., lecun-..., zeros",
  }),
  dense: setting(initializer.default("glorot-uniform"), {
    flag: "initialize-dense",
    expects: initializerWords,
    meaning: "First values of the tower's weights",
  }),
  head: setting(initializer.default("lecun-uniform"), {
    flag: "initialize-head",
    expects: initializerWords,
    meaning: "First values of the head's weights",
  }),
  bias: setting(initializer.default("zeros"), {
    flag: "initialize-bias",
    expects: initializerWords,
    meaning: "First values of every bias",
  }),
});
