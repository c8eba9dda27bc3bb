import { describe, expect, it } from "@jest/globals";
import { initializerFromText } from "../../../src/config/initializer-text.ts";
import { optimizerNames } from "../../../src/config/optimizer/optimizer-names.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { settingsOf, settingTree } from "../../../src/config/setting-tree.ts";

const parse = (flags: Record<string, string | boolean>, values: unknown = {}) =>
  parseConfig({ schema: trainSchema, layers: [{ source: "x.json", values }], flags });

describe("the settings of train", () => {
  it("each have one flag of their own and a meaning", () => {
    const settings = settingsOf(settingTree(trainSchema));
    const flags = settings.map(({ flag }) => flag);
    expect(flags).not.toContain(null);
    expect(new Set(flags).size).toBe(flags.length);
    expect(settings.filter(({ meaning }) => meaning.length < 10)).toEqual([]);
  });

  it.each(optimizerNames)("are complete and can be given back as a file under %s", (optimizer) => {
    const config = parse({ optimizer, run: "x" });
    const again: unknown = JSON.parse(JSON.stringify(config));
    expect(parse({}, again)).toEqual(config);
    expect(config.optimizer.learningRate).toBeGreaterThan(0);
    expect("lawn" in config).toBe(optimizer.startsWith("lawn-"));
  });

  it("hold rows under LAWN over a rule that steps rows, and layers elsewhere", () => {
    expect(parse({ optimizer: "lawn-lazy-adam" }).lawn?.granularity).toBe("row");
    expect(parse({ optimizer: "lawn-adam" }).lawn?.granularity).toBe("layer");
  });

  it("give lawn-adamw no decay and adamw its usual one", () => {
    expect(parse({ optimizer: "adamw" }).optimizer.weightDecay).toBe(0.01);
    expect(parse({ optimizer: "lawn-adamw" }).optimizer.weightDecay).toBe(0);
  });

  it.each([
    [
      { optimizer: "adam", momentum: "0.9" },
      "--momentum is 0.9: adam has no such option; it takes learningRate, weightDecay, beta1",
    ],
    [{ optimizer: "lawn-adam", "embedding-decay": "0.01" }, "--embedding-decay is 0.01: LAWN takes the place of decay"],
    [{ optimizer: "sgd", beta1: "0.9" }, "--beta1 is 0.9: sgd has no such option; it takes learningRate, weightDecay"],
    [{ optimizer: "lawn-lamb", momentum: "0.5" }, "--momentum is 0.5: lamb has no such option"],
    [
      { optimizer: "adam", "lawn-scope": "head" },
      '--lawn-scope is "head": adam does not use LAWN; choose --optimizer lawn-adam',
    ],
    [{ optimizer: "lawn-adam", "weight-decay": "0.1" }, "--weight-decay is 0.1: LAWN takes the place of weight decay"],
    [{ "lawn-free-epochs": "1", "lawn-free-steps": "9" }, "--lawn-free-steps is 9: lawn.freeEpochs is given too"],
    [
      { optimizer: "lawn-lazy-adam", "lawn-granularity": "layer" },
      '--lawn-granularity is "layer": a step of a block that is a whole table moves every row, and lazy-adam only those',
    ],
    [{ "lawn-switch-norm": "3", "lawn-state": "reset" }, '--lawn-state is "reset": blocks that switch one by one'],
    [
      { schedule: "0.1 / epoch", "warmup-epochs": "1" },
      '--warmup-epochs is 1: the expression "0.1 / epoch" gives the rate itself',
    ],
    [{ schedule: "0.1", "learning-rate": "1" }, '--learning-rate is 1: the expression "0.1" gives the rate itself'],
    [{ schedule: "constant", "final-rate": "0.5" }, "--final-rate is 0.5: a constant schedule has no decay"],
    [{ loss: "bpr", negatives: "0" }, "--negatives is 0: bpr compares with a negative"],
    [{ loss: "softmax", negatives: "0" }, "--negatives is 0: softmax compares with a negative"],
    [
      { "negatives-from": "shared" },
      '--negatives-from is "shared": under bce each sample has its own; choose uniform or popularity, or another loss',
    ],
    [{ "negatives-power": "1" }, "--negatives-power is 1: negatives from uniform have none; leave it out"],
    [
      { temperature: "0.1" },
      "--temperature is 0.1: only cosines are divided by it; leave it out or choose --similarity",
    ],
    [{ "ccl-margin": "0.1" }, "--ccl-margin is 0.1: bce has none; leave it out or choose --loss ccl"],
    [{ loss: "ccl" }, '--loss is "ccl": ccl is a loss of cosines alone, expected --model mf without other paths'],
    [{ loss: "ccl", model: "mf", gmf: "2" }, "expected --model mf without other paths"],
    [{ loss: "ccl", model: "mf", similarity: "inner" }, "ccl is a loss of cosines, expected cosine"],
    [{ loss: "ccl", model: "mf", "id-biases": true }, "ccl is a loss of cosines alone; leave biases out"],
    [{ resume: true, force: true }, "--resume is true: --force starts anew"],
    [{ "initialize-embedding": "normal" }, '--initialize-embedding is "normal", expected a first value such as'],
    [{ "validation-metric": "HR@0" }, '--validation-metric is "HR@0", expected HR, NDCG'],
    [{ k: "0" }, "--k is [0], expected a list of at least 1, each a whole number of at least 1"],
    [{ "learning-rate": "0" }, "--learning-rate is 0, expected a number above 0"],
    [{ epochs: "1.5" }, "--epochs is 1.5, expected a whole number of at least 1"],
  ])("refuse %j", (flags, problem) => {
    expect(() => parse(flags)).toThrow(problem);
  });

  it("take an initialiser as one word", () => {
    expect(initializerFromText("normal:1e-2")).toEqual({ name: "normal", scale: 0.01 });
    expect(initializerFromText("he-uniform")).toEqual({ name: "he-uniform" });
    expect(initializerFromText("zeros")).toEqual({ name: "zeros" });
  });
});
