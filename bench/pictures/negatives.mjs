/** One user's row of the matrix of users and items, and the negatives that two epochs draw in it. */
import { picture, text } from "./frame.mjs";
import { dot } from "./log-to-dataset.mjs";

const ITEMS = 16;
const TAKEN = [2, 7, 11];
const HELD_OUT = { validation: 4, test: 13 };
const DRAWN = [
  [0, 5, 9, 14, 6, 12],
  [1, 13, 8, 3, 15, 10],
];
/** Of the first epoch: each positive with its two negatives, as item and label. */
const SAMPLES = TAKEN.map((item, row) => [
  [item, 1],
  ...DRAWN[0].slice(2 * row, 2 * row + 2).map((drawn) => [drawn, 0]),
]);
const CELL = 25;
const LEFT = 40;

export function negatives(style) {
  const body = [
    text(20, 30, "What user 7 took, of 16 items", "strong"),
    ...rowOf(62, (item) => (TAKEN.includes(item) ? "train" : partOf(item))),
    ...[
      [46, "train", "train"],
      [126, "validation", "held out for validation"],
      [296, "test", "held out for test"],
    ].flatMap(([x, part, words]) => [dot(x, 96, part), text(x + 12, 100, words, "small")]),
    ...DRAWN.flatMap((drawn, epoch) => {
      const y = 140 + 78 * epoch;
      return [
        text(20, y, `Epoch ${epoch + 1}: negatives drawn among what train lacks`, "strong"),
        ...rowOf(y + 30, (item) => (TAKEN.includes(item) ? "train" : drawn.includes(item) ? "drawn" : "none")),
        ...(epoch === 1 ? [text(LEFT + CELL * 13.5, y + 62, "a held-out item can be drawn", "small middle")] : []),
        ...(epoch === 1 ? [`<path d="M${LEFT + CELL * 13.5},${y + 46}v4" class="line"/>`] : []),
      ];
    }),
    `<path d="M20,300H460" class="rule"/>`,
    text(20, 328, "What training sees of it, two negatives a positive", "strong"),
    ...SAMPLES.flatMap((row, line) =>
      row.map(([item, label], column) => text(40 + 96 * column, 354 + 22 * line, `(7, ${item}, ${label})`, "code")),
    ),
    text(460, 354, "(user, item, label)", "small end"),
  ].join("\n");
  const words =
    "A row of 16 items: three taken in train, one held out for validation, one for test. Two epochs draw six other " +
    "items each as negatives, different ones, the second among them the held-out test item. Below, the samples of " +
    "the first epoch as triples of user, item and label.";
  return picture({ height: 420, title: "Negatives of one user in two epochs", words, body, style });
}

function partOf(item) {
  return item === HELD_OUT.validation ? "validation" : item === HELD_OUT.test ? "test" : "none";
}

function rowOf(y, kindOf) {
  return Array.from({ length: ITEMS }, (_, item) => {
    const x = LEFT + CELL * item;
    const frame = `<rect x="${x}" y="${y - 13}" width="${CELL}" height="26" class="rule"/>`;
    const kind = kindOf(item);
    const middle = x + CELL / 2;
    if (kind === "none") return frame;
    if (kind !== "drawn") return `${frame}${dot(middle, y, kind)}`;
    return `${frame}<path d="M${middle - 5},${y - 5}l10,10m0,-10l-10,10" stroke="var(--vermilion)" stroke-width="2"/>`;
  });
}
