/** A record that carries the hash of its own text. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { sealedText, sealOf, sealProblem } from "../../src/files/sealed-text.ts";

const text = sealedText({ stage: "train", seed: 1, empty: "", files: { a: { sha256: "f".repeat(64) } } });

describe("a sealed record", () => {
  it("ends with the hash of its text with nothing between the quotes of the seal", () => {
    const blank = '{\n  "a": "",\n  "seal": ""\n}\n';
    const hash = createHash("sha256").update(blank).digest("hex");
    expect(sealedText({ a: "" })).toBe(`{\n  "a": "",\n  "seal": "${hash}"\n}\n`);
    expect(sealOf(sealedText({ a: "" }, 0))).toBe("whole");
    expect(JSON.parse(text)).toMatchObject({ stage: "train", seed: 1, empty: "" });
  });

  it("is whole, and broken by a change of any byte, of the seal and its name too", () => {
    expect(sealOf(text)).toBe("whole");
    expect(sealProblem("m.json", text)).toBeNull();
    for (let at = 0; at < text.length; at++) {
      for (const change of [1, 2, 32, 255]) {
        const bytes = Buffer.from(text);
        bytes[at]! ^= change;
        const changed = bytes.toString("latin1");
        const isJson = (() => {
          try {
            JSON.parse(changed);
            return true;
          } catch {
            return false; // refused before its seal is looked at
          }
        })();
        if (isJson) expect([at, change, sealOf(changed)]).toEqual([at, change, "broken"]);
      }
    }
    expect(sealProblem("m.json", text.replace('"seed": 1', '"seed": 2'))).toContain("m.json: changed");
    expect(sealOf(text.trimEnd())).toBe("broken");
  });

  it("of before records were sealed has none", () => {
    expect(sealOf(`{\n  "files": {\n    "a": { "sha256": "${"f".repeat(64)}" }\n  }\n}\n`)).toBe("none");
    for (const indent of [0, 2]) {
      const description = JSON.stringify({ name: "small", contentHash: "f".repeat(64) }, null, indent);
      expect(sealOf(`${description}\n`)).toBe("none");
    }
  });
});
