/** JSON files: read under a schema or as a person wrote them. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { ConfigError, DataError } from "../../src/errors.ts";
import { readGivenJson, readJson, readJsonIfThere } from "../../src/files/json-file.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const schema = z.object({ users: z.int() });
const words = { what: "a dataset description", remedy: "ingest the logs again" };

function file(name: string, text: string): string {
  const place = temporary(name);
  writeFileSync(place, text);
  return place;
}

describe("a record", () => {
  it("is read under its schema", async () => {
    expect(await readJson(file("good.json", '{"users":3}'), schema, words)).toEqual({ users: 3 });
  });

  it("that is missing is refused, or null where it may be", async () => {
    const place = temporary("none.json");
    await expect(readJson(place, schema, words)).rejects.toThrow(
      new DataError(`${place}: is missing; ingest the logs again`),
    );
    expect(await readJsonIfThere(place, schema, words)).toBeNull();
    expect(await readJsonIfThere(path.join(file("flat", ""), "none.json"), schema, words)).toBeNull();
  });

  it("that cannot be read is refused", async () => {
    const place = temporary("folder.json");
    mkdirSync(place);
    await expect(readJsonIfThere(place, schema, words)).rejects.toThrow(/folder\.json: cannot be read \(EISDIR/);
  });

  it("of another shape is refused by its key", async () => {
    await expect(readJson(file("other.json", '{"users":"3"}'), schema, words)).rejects.toThrow(
      /other\.json: not a dataset description: users: .*; ingest the logs again$/,
    );
  });
});

describe("a file that a person wrote", () => {
  it("may begin with a byte order mark", async () => {
    expect(await readGivenJson(file("mark.json", '\uFEFF{"epochs":2}'), "--config")).toEqual({ epochs: 2 });
  });

  it("is refused by the flag that named it", async () => {
    const place = temporary("nothing.json");
    await expect(readGivenJson(place, "--config")).rejects.toThrow(new ConfigError(`--config ${place}: no such file`));
    await expect(readGivenJson(file("bad.json", "{a: 1}"), "--config")).rejects.toThrow(/^--config .* is not JSON: /);
  });
});
