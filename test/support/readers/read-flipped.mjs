/**
 * Reads an Arrow file once for each of its bytes, with that byte changed, and prints what came of it as JSON. A program of its own,
 * since a reader that counts for ever cannot be stopped from within: node read-flipped.mjs <dist> <file> <scratch file>
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [dist, file, scratch] = process.argv.slice(2);
const { describeColumns, streamColumns } = await import(pathToFileURL(path.join(dist, "src/arrow/stream-columns.js")));

const good = readFileSync(file);
const outcome = { refused: 0, read: 0, other: [] };
for (let place = 0; place < good.length; place++) {
  // Small numbers grow by a sign and by one; offsets and lengths point elsewhere.
  for (const mask of [0xff, 0x80, 0x01]) {
    const changed = Buffer.from(good);
    changed[place] ^= mask;
    writeFileSync(scratch, changed);
    try {
      const names = (await describeColumns(scratch)).filter(({ kind }) => kind !== null).map(({ name }) => name);
      for await (const _ of streamColumns(scratch, names));
      outcome.read++;
    } catch (error) {
      if (error.name === "DataError" && error.message.startsWith(scratch)) outcome.refused++;
      else outcome.other.push(`byte ${place} ^ ${mask}: ${error.stack}`);
    }
  }
}
process.stdout.write(JSON.stringify(outcome));
