/** A step of LAWN in the plane: the gradient's part along the circle, the step, and the way back to the circle. */
import { arrow, picture, round, text } from "./frame.mjs";

const CENTRE = [150, 238];
const RADIUS = 150;
/** Of w, counted from the right, in radians. */
const ANGLE = 0.95;
const STEP = 105;

export function sphere(style) {
  const [x, y] = onCircle(ANGLE);
  const stepped = fromW(STEP, 0);
  const base = fromW(STEP, 58);
  const back = onCircle(ANGLE - Math.atan(STEP / RADIUS));
  const free = [0.32, 0.55, 0.78, 1].map((share) => onCircle(1.5 - 0.55 * share, RADIUS * share));
  const dots = free.slice(0, -1).map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="var(--grey)"/>`);
  const body = [
    text(20, 30, "A block of weights w: free at first, then held at its norm", "strong"),
    `<path d="M${onCircle(1.6).join(",")}A${RADIUS},${RADIUS} 0 0 1 ${onCircle(-0.2).join(",")}" class="line" stroke-dasharray="5 4"/>`,
    `<path d="M${CENTRE.join(",")}L${x},${y}M${CENTRE.join(",")}L${back.join(",")}" class="rule"/>`,
    `<circle cx="${CENTRE[0]}" cy="${CENTRE[1]}" r="3" fill="var(--soft)"/>`,
    text(CENTRE[0] - 16, CENTRE[1] + 5, "0", "small"),
    `<path d="M${free.map((point) => point.join(",")).join("L")}" fill="none" stroke="var(--grey)" stroke-width="1.8"/>`,
    ...dots,
    text(146, 158, "free steps", "small end"),
    arrow([x, y], base, "var(--vermilion)", 2.2),
    text(base[0] + 8, base[1] + 5, "the base's step", "small"),
    `<path d="M${base.join(",")}L${stepped.join(",")}" class="line" stroke-dasharray="2 3"/>`,
    arrow([x, y], stepped, "var(--blue)", 2.2),
    text((x + stepped[0]) / 2 - 14, (y + stepped[1]) / 2 + 10, "P", "strong end"),
    arrow(stepped, back, "var(--green)", 2.2),
    text(stepped[0] + 4, stepped[1] + 22, "R", "strong"),
    `<circle cx="${x}" cy="${y}" r="5.5" fill="var(--blue)"/>`,
    `<circle cx="${back[0]}" cy="${back[1]}" r="5.5" fill="var(--green)"/>`,
    text(x + 4, y - 14, "w, of norm c", "small"),
    text(back[0] + 14, back[1] + 26, "the next w, of norm c", "small"),
    `<path d="M20,284H460" class="rule"/>`,
    ...[
      ["P", "takes the part of the step along the sphere"],
      ["R", "pulls its end back to norm c"],
    ].flatMap(([name, words], row) => [text(28, 310 + 24 * row, name, "strong"), text(52, 310 + 24 * row, words)]),
  ].join("\n");
  const words =
    "A circle of radius c around 0. A path of free steps leads outwards to w on the circle. The base optimizer's step " +
    "points out of the circle; its part along the tangent is taken, and the end is pulled back to the circle.";
  return picture({ height: 352, title: "A step of LAWN", words, body, style });
}

function onCircle(angle, radius = RADIUS) {
  return [round(CENTRE[0] + radius * Math.cos(angle)), round(CENTRE[1] - radius * Math.sin(angle))];
}

/** From w along the sphere, clockwise, and out of it. */
function fromW(along, out) {
  const [x, y] = onCircle(ANGLE);
  const [sine, cosine] = [Math.sin(ANGLE), Math.cos(ANGLE)];
  return [round(x + along * sine + out * cosine), round(y + along * cosine - out * sine)];
}
