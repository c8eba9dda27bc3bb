/** A body that goes on for ever costs no more disk than was recorded, and leaves nothing behind. */
import { readdir } from "node:fs/promises";
import { expect, it } from "@jest/globals";
import { receiveFile } from "../../src/transfer/receive-file.ts";
import { textOf } from "../../src/transfer/s3-request.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();

/** Pieces of 1,000 bytes; `sent` counts them. */
function endless(sent: { pieces: number }) {
  return async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      sent.pieces++;
      yield new Uint8Array(1000);
    }
  };
}

it("a file ends with the piece that is too much", async () => {
  const sent = { pieces: 0 };
  const expected = { bytes: 4500, sha256: "0".repeat(64) };
  await expect(receiveFile(endless(sent)(), temporary("file"), expected, "s3://bucket/x")).rejects.toThrow(
    "s3://bucket/x: has more than the 4500 bytes expected, so it is damaged there; remove the object",
  );
  expect(sent.pieces).toBe(5); // 4,000 bytes fit, 5,000 do not
  expect(await readdir(temporary("."))).toEqual([]);
});

it("a record ends too", async () => {
  const sent = { pieces: 0 };
  await expect(textOf({ chunks: endless(sent) })).rejects.toThrow(
    "more than 16777216 bytes where a record was expected",
  );
  expect(sent.pieces).toBe(16_778);
});
