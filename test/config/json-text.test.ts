/** JSON under a schema: values, and refusals that name the file, the key and what to do. */
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { parseJson } from "../../src/config/json-text.ts";
import { DataError } from "../../src/errors.ts";

const schema = z.object({ stage: z.literal("train"), seeds: z.array(z.int()) });
const source = { where: "m.json", what: "the manifest of a run", remedy: "train anew with --force" };

describe("JSON under a schema", () => {
  it("is what the schema makes of it", () => {
    expect(parseJson('{"stage":"train","seeds":[1]}', schema, source)).toEqual({ stage: "train", seeds: [1] });
  });

  it("is refused by the file's name where it is no JSON", () => {
    expect(() => parseJson("{", schema, source)).toThrow(DataError);
    expect(() => parseJson("{", schema, source)).toThrow(/^m\.json: not JSON \(.+\); train anew with --force$/);
  });

  it("is refused by every wrong key, up to five", () => {
    expect(() => parseJson('{"stage":"test","seeds":[1,"2"]}', schema, source)).toThrow(
      /^m\.json: not the manifest of a run: stage: .+; seeds\.1: .+; train anew with --force$/,
    );
    expect(() => parseJson('{"stage":"train","seeds":["","","","","","",""]}', schema, source)).toThrow(
      /; and 2 more;/,
    );
    expect(() => parseJson("3", schema, source)).toThrow(/^m\.json: not the manifest of a run: Invalid input/);
  });
});
