/**
 * Reads an Arrow file once for each of its bytes, with that byte changed, and prints what came of it as JSON. A
 * program of its own, since a reader that counts for ever cannot be stopped from within: node read-flipped.mjs
 * <dist> <file> <scratch file>
 */
import { openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [dist, file, scratch] = process.argv.slice(2);
const { describeColumns, streamColumns } = await import(pathToFileURL(path.join(dist, "src/arrow/stream-columns.js")));

const good = readFileSync(file);
writeFileSync(scratch, good);
// A byte at a time: files written anew thousands of times would wait for the disk.
const scratchFile = openSync(scratch, "r+");
const write = (byte, place) => writeSync(scratchFile, Uint8Array.of(byte), 0, 1, place);
const outcome = { refused: 0, read: 0, other: [] };
for (let place = 0; place < good.length; place++) {
  // Small numbers grow by a sign and by one; offsets and lengths point elsewhere.
  for (const mask of [0xff, 0x80, 0x01]) {
    write(good[place] ^ mask, place);
    try {
      const names = (await describeColumns(scratch)).filter(({ kind }) => kind !== null).map(({ name }) => name);
      for await (const _ of streamColumns(scratch, names));
      outcome.read++;
    } catch (error) {
      if (error.name === "DataError" && error.message.startsWith(scratch)) outcome.refused++;
      else outcome.other.push(`byte ${place} ^ ${mask}: ${error.stack}`);
    }
  }
  write(good[place], place);
}
process.stdout.write(JSON.stringify(outcome));
