/**
 * The order of test files: those that take longest begin, so that no worker is left with one of them while the
 * others are done. Jest knows what a file took from runs before, and in a fresh clone takes its size for it;
 * these are small and slow.
 */
const { existsSync } = require("node:fs");
const path = require("node:path");
const { default: Sequencer } = require("@jest/test-sequencer");

const tests = path.resolve(__dirname, "../..");
const slow = [
  "pipelines/compare/compare-killed.test.ts",
  "pipelines/train/kill-and-resume.test.ts",
  "pipelines/score/score-store-queue.test.ts",
  "arrow/flipped-bytes.test.ts",
  "contracts/engine.test.ts",
  "report/report-in-browser.test.ts",
].map((name) => path.join(tests, name));

for (const file of slow) {
  if (!existsSync(file))
    throw new Error(`${__filename} names ${file}, which is not there; name it anew or leave it out`);
}

module.exports = class SlowFirst extends Sequencer {
  sort(all) {
    const rank = ({ path: file }) => (slow.includes(file) ? slow.indexOf(file) : slow.length);
    return super.sort(all).sort((one, other) => rank(one) - rank(other));
  }
};
