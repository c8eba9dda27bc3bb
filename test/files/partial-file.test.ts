/** Files and folders that are whole in their place, or not there. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { openFileWriter, writePieces } from "../../src/files/file-writer.ts";
import { openPartialFile, putInPlace } from "../../src/files/partial-file.ts";
import { replaceFolder, restoreFolder } from "../../src/files/replace-folder.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
let folder = "";
let tests = 0;
beforeEach(() => {
  folder = temporary(`${tests++}`);
  mkdirSync(folder);
});

const at = (name: string): string => path.join(folder, name);
const bytes = (text: string): Uint8Array => Buffer.from(text);
// printf abc | sha256sum
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

describe("a file", () => {
  it("is the old one until it is published", async () => {
    writeFileSync(at("a"), "old");
    const file = await openPartialFile(at("a"));
    await file.handle.writeFile("new");
    expect(readFileSync(at("a"), "utf8")).toBe("old");
    await file.publish();
    await file.discard();
    expect(readFileSync(at("a"), "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("leaves nothing behind where it is discarded, or cannot be put in its place", async () => {
    const file = await openPartialFile(at("a"), at("a.of-mine"));
    expect(readdirSync(folder)).toEqual(["a.of-mine"]);
    await file.discard();
    expect(readdirSync(folder)).toEqual([]);
    mkdirSync(at("b"));
    await expect(writeFileAtomically(at("b"), "text")).rejects.toThrow(/b/);
    expect(readdirSync(folder)).toEqual(["b"]);
  });

  it("that somebody else wrote is put over the one in its place", async () => {
    writeFileSync(at("a"), "old");
    writeFileSync(at("made"), "new");
    await putInPlace(at("made"), at("a"));
    expect(readFileSync(at("a"), "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

describe("a file written in pieces", () => {
  it("is known by its size and hash", async () => {
    expect(await writePieces(at("a"), [bytes("a"), bytes(""), bytes("bc")])).toEqual({ bytes: 3, sha256: ABC });
    expect(readFileSync(at("a"), "utf8")).toBe("abc");
  });

  it("is not there where its pieces or its check fail", async () => {
    const cut = async function* () {
      yield bytes("a");
      throw new Error("cut");
    };
    await expect(writePieces(at("a"), cut())).rejects.toThrow("cut");
    const refuse = (): void => {
      throw new Error("refused");
    };
    await expect(writePieces(at("a"), [bytes("a")], refuse)).rejects.toThrow("refused");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("may be thrown away half-way", async () => {
    const writer = await openFileWriter(at("a"));
    await writer.append(bytes("a"));
    await writer.abort();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a folder", () => {
  const target = () => ({ target: at("data"), former: at("former") });
  const make = (name: string, content: string): void => {
    mkdirSync(at(name));
    writeFileSync(path.join(at(name), "file"), content);
  };

  it("takes the place of the former one, which is kept aside", async () => {
    make("made", "1");
    await replaceFolder(at("made"), target());
    make("made", "2");
    await replaceFolder(at("made"), target());
    expect(readFileSync(at("data/file"), "utf8")).toBe("2");
    expect(readFileSync(at("former/file"), "utf8")).toBe("1");
  });

  it("that a dead process had moved aside is put back, unless there is a new one", async () => {
    make("former", "1");
    await restoreFolder(target());
    expect(readFileSync(at("data/file"), "utf8")).toBe("1");
    make("former", "0");
    await restoreFolder(target());
    expect(readFileSync(at("data/file"), "utf8")).toBe("1");
  });

  it("stays where it was if the new one cannot take its place", async () => {
    make("data", "1");
    await expect(replaceFolder(at("none"), target())).rejects.toThrow("ENOENT");
    expect(readFileSync(at("data/file"), "utf8")).toBe("1");
  });
});
