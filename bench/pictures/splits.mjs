/** The same rows under two splits: what is held out, and what training knows of the time after it. */
import { picture, text } from "./frame.mjs";
import { dot } from "./log-to-dataset.mjs";

/** Places in time of the rows of five users, 0 to 300. */
const LANES = [
  [8, 40, 66, 92],
  [20, 70, 140, 190, 238],
  [50, 96, 130],
  [150, 186, 222, 262, 292],
  [30, 118, 204, 280],
];
const LEFT = 104;
const VALIDATION_FROM = 196;
const TEST_FROM = 246;

export function splits(style) {
  const body = [
    text(20, 30, "Leave-last-out: the newest row of each user", "strong"),
    ...lanesOf(58, (places, index) =>
      index === places.length - 1 ? "test" : index === places.length - 2 ? "validation" : "train",
    ),
    `<path d="M${LEFT + 92},44V${58 + 4 * 26 + 14}" class="line" stroke-dasharray="4 3"/>`,
    text(LEFT + 92, 196, "user 0 is tested here; train knows later rows", "small"),
    text(20, 236, "Time: two moments for everybody", "strong"),
    ...lanesOf(268, (places, index) =>
      places[index] >= TEST_FROM ? "test" : places[index] >= VALIDATION_FROM ? "validation" : "train",
    ),
    ...[VALIDATION_FROM, TEST_FROM].map(
      (place) => `<path d="M${LEFT + place},250V${268 + 4 * 26 + 14}" class="line" stroke-dasharray="4 3"/>`,
    ),
    text(LEFT + VALIDATION_FROM, 404, "validation", "small middle"),
    text(LEFT + TEST_FROM + 32, 404, "test", "small middle"),
    text(20, 430, "Nothing of the future is known; who is gone by then is not tested.", "small"),
    ...["train", "validation", "test"].flatMap((part, index) => [
      dot(28 + 116 * index, 454, part),
      text(40 + 116 * index, 458, part, "small"),
    ]),
    text(460, 458, "older to newer", "small end"),
  ].join("\n");
  const words =
    "Five users with their rows on a line of time, twice. Under leave-last-out each user's newest row is test, wherever " +
    "it stands, so rows of others in train are newer than it. Under the split by time, everything behind one moment " +
    "is validation and behind a second one test; users without rows there are not tested.";
  return picture({ height: 476, title: "Two splits of the same rows", words, body, style });
}

function lanesOf(top, partOf) {
  return LANES.flatMap((places, lane) => {
    const y = top + 26 * lane;
    return [
      text(28, y + 5, `user ${lane}`, "small"),
      `<path d="M${LEFT - 6},${y}H${LEFT + 312}" class="rule"/>`,
      ...places.map((place, index) => dot(LEFT + place, y, partOf(places, index))),
    ];
  });
}
