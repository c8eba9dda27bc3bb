/** Rows of a log on their way to a dataset: cleaned, numbered, split, and the items frozen that evaluation ranks. */
import { arrow, picture, text } from "./frame.mjs";

const LOG = [
  ["2026-03-01", "anna", "lamp", null],
  ["2026-03-01", "ben", "desk", null],
  ["2026-03-02", "NULL", "lamp", "missing-user"],
  ["2026-03-04", "anna", "desk", null],
  ["2026-03-05", "anna", "desk", "repeated-pairs"],
  ["yesterday", "ben", "sofa", "malformed"],
  ["2026-03-09", "anna", "sofa", null],
];

/** Rows of four users, oldest first, by the place in time. */
const LANES = [
  [0, [30, 78, 132, 190, 245]],
  [1, [52, 104, 168, 214]],
  [2, [14, 60, 150]],
  [3, [96, 228]],
];

export function logToDataset(style) {
  const body = [
    text(20, 30, "1  The log, as it comes", "strong"),
    ...LOG.flatMap(([time, user, item, reason], row) => {
      const y = 56 + 20 * row;
      const cells = [time, user, item].map((cell, column) => text(36 + [0, 104, 164][column], y, cell, "code"));
      if (reason === null) return cells;
      const struck = `<path d="M32,${y - 4}H250" stroke="var(--vermilion)" stroke-width="1.6"/>`;
      return [...cells, struck, text(262, y, reason, "small")];
    }),
    arrow([44, 200], [44, 232]),
    text(60, 221, "cleaned: what is left out is counted, by reason", "small"),
    text(20, 258, "2  Numbered: users and items from 0, by ascending id", "strong"),
    ...["anna 0", "ben 1", "carl 2", "dora 3"].map((name, index) => text(36 + 106 * index, 284, name, "code")),
    arrow([44, 298], [44, 330]),
    text(60, 319, "split: each user's newest row is the question", "small"),
    text(20, 356, "3  Train, validation, test", "strong"),
    ...LANES.flatMap(([user, places], lane) => {
      const y = 384 + 30 * lane;
      return [
        text(36, y + 5, `user ${user}`, "small"),
        `<path d="M96,${y}H372" class="rule"/>`,
        ...places.map((place, index) => dot(104 + place, y, partOf(index, places.length))),
      ];
    }),
    text(386, 389, "older to newer", "small"),
    ...legend(508),
    text(36, 530, "fewer than three rows: train only", "small"),
    arrow([44, 544], [44, 576]),
    text(60, 565, "99 items the user never took, drawn once and kept", "small"),
    text(20, 602, "4  Candidates: the same questions for every ranker", "strong"),
    text(36, 628, "user 0", "small"),
    dot(108, 624, "test"),
    text(122, 629, "against", "small"),
    ...Array.from({ length: 20 }, (_, index) => dot(182 + 13 * index, 624, "none")),
    text(448, 629, "...", "small"),
  ].join("\n");
  const words =
    "Four steps. A log of dated rows, of which one without a user, one repeated and one malformed row are struck out. " +
    "Users and items numbered from 0. Each user's rows on a line of time: the newest is test, the one before it " +
    "validation, the others train. The test item of a user against items that the user never took.";
  return picture({ height: 652, title: "From a log to a dataset", words, body, style });
}

function partOf(index, count) {
  if (count < 3) return "train";
  return index === count - 1 ? "test" : index === count - 2 ? "validation" : "train";
}

function legend(y) {
  return ["train", "validation", "test"].flatMap((part, index) => [
    dot(44 + 116 * index, y - 4, part),
    text(56 + 116 * index, y, part, "small"),
  ]);
}

/** Parts differ in form as well as in colour. */
export function dot(x, y, part) {
  switch (part) {
    case "train":
      return `<circle cx="${x}" cy="${y}" r="5.5" fill="var(--blue)"/>`;
    case "validation":
      return `<rect x="${x - 5.5}" y="${y - 5.5}" width="11" height="11" fill="var(--ochre)"/>`;
    case "test":
      return `<path d="M${x},${y - 7.5}L${x + 7.5},${y}L${x},${y + 7.5}L${x - 7.5},${y}Z" fill="var(--vermilion)"/>`;
    default:
      return `<circle cx="${x}" cy="${y}" r="4.5" fill="none" stroke="var(--grey)" stroke-width="1.5"/>`;
  }
}
