import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "../../src/errors.ts";
import { type BlockSettings, lawnGroups } from "../../src/optimizer/lawn-blocks.ts";
import { parametersOf } from "../../src/ranker/ranker-spec.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const everyPath = parametersOf({
  users: 5,
  items: 4,
  dot: 3,
  gmf: 2,
  embedding: 2,
  tower: [3],
  idBiases: true,
  cosineTemperature: null,
});
const factorization = parametersOf({ ...noPaths, users: 5, items: 4, dot: 3, idBiases: true });
const settings: BlockSettings = { scope: "all", granularity: "layer", constrainBiases: false };

/** "group x rows: members", one line per group. */
const listing = (changes: Partial<BlockSettings>, parameters = everyPath) =>
  lawnGroups(parameters, { ...settings, ...changes }).map(
    ({ name, rows, members }) => `${name} x ${rows}: ${members.map(({ info }) => info.name).join(" ")}`,
  );

describe("lawnGroups", () => {
  it("makes each weight one block by default and leaves biases free", () => {
    expect(listing({})).toEqual([
      "userDot x 1: userDot",
      "itemDot x 1: itemDot",
      "userGmf x 1: userGmf",
      "itemGmf x 1: itemGmf",
      "userMlp x 1: userMlp",
      "itemMlp x 1: itemMlp",
      "tower.0.weight x 1: tower.0.weight",
      "head.weight x 1: head.weight",
    ]);
  });

  it("cuts tables by id, layers by output unit, and leaves the head's one output whole", () => {
    expect(listing({ granularity: "row" })).toEqual([
      "userDot x 5: userDot",
      "itemDot x 4: itemDot",
      "userGmf x 5: userGmf",
      "itemGmf x 4: itemGmf",
      "userMlp x 5: userMlp",
      "itemMlp x 4: itemMlp",
      "tower.0.weight x 3: tower.0.weight",
      "head.weight x 1: head.weight",
    ]);
  });

  it("lets each bias join the weight whose output it shifts", () => {
    expect(listing({ granularity: "row", constrainBiases: true }).filter((line) => line.includes("ias"))).toEqual([
      "userDot x 5: userDot userBias",
      "itemDot x 4: itemDot itemBias",
      "tower.0.weight x 3: tower.0.weight tower.0.bias",
      "head.weight x 1: head.weight head.bias",
    ]);
  });

  it("leaves a bias free whose weight is out of scope or does not exist", () => {
    // Without a head weight, head.bias has nothing to join.
    expect(listing({ constrainBiases: true }, factorization)).toEqual([
      "userDot x 1: userDot userBias",
      "itemDot x 1: itemDot itemBias",
    ]);
    expect(listing({ constrainBiases: true, scope: "head" })).toEqual(["head.weight x 1: head.weight head.bias"]);
    const withoutDot = parametersOf({ ...noPaths, users: 5, items: 4, gmf: 2, idBiases: true });
    expect(listing({ constrainBiases: true, scope: "embeddings" }, withoutDot)).toEqual([
      "userGmf x 1: userGmf",
      "itemGmf x 1: itemGmf",
    ]);
  });

  it("makes the whole network one block", () => {
    expect(listing({ granularity: "network", scope: "dense", constrainBiases: true })).toEqual([
      "network x 1: tower.0.weight tower.0.bias head.weight head.bias",
    ]);
  });

  it("takes what each scope says", () => {
    expect(listing({ scope: "dense" })).toEqual(["tower.0.weight x 1: tower.0.weight", "head.weight x 1: head.weight"]);
    expect(listing({ scope: "head" })).toEqual(["head.weight x 1: head.weight"]);
    expect(listing({ scope: "embeddings" })).toHaveLength(6);
  });

  it("refuses a scope that holds nothing, rather than train without LAWN", () => {
    expect(() => listing({ scope: "dense" }, factorization)).toThrow(ConfigError);
    expect(() => listing({ scope: "head" }, factorization)).toThrow(
      /lawn.scope is head, which holds no weights.*use lawn.scope all/,
    );
  });
});
