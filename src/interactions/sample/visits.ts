/** How often invented people come, and when: what the bundled sample and the made-up shop have in common. */
import { boundedInteger, type StreamKey, standardNormal, threefry, unitInterval } from "../../random.ts";

/** The first days of people lie in the first four fifths of it; what they do later may lie beyond its end. */
export interface TimeSpan {
  readonly firstSecond: number;
  readonly seconds: number;
}

const ACTIVITY_DEVIATION = 0.8;

/**
 * Interactions per user: `least` at least where there are so many, the rest shared out log-normally, nobody above half
 * the catalogue.
 */
export function activity(
  key: StreamKey,
  shape: { readonly users: number; readonly items: number; readonly interactions: number; readonly least: number },
): number[] {
  const { users, items, interactions } = shape;
  const block = { first: 0, second: 0 };
  const eagerness = Array.from({ length: users }, (_, user) => {
    threefry(key, user, 0, block);
    return Math.exp(ACTIVITY_DEVIATION * standardNormal(block));
  });
  const total = eagerness.reduce((sum, value) => sum + value, 0);
  const least = Math.min(shape.least, Math.floor(interactions / users));
  const spare = interactions - least * users;
  return eagerness.map((value) => Math.min(items >>> 1, least + Math.round((spare * value) / total)));
}

/** Ascending: sittings of a few items, minutes apart within one and days between them, from a random first day. */
export function visitTimes(key: StreamKey, count: number, span: TimeSpan): number[] {
  const block = { first: 0, second: 0 };
  threefry(key, 0, 1, block);
  let second = span.firstSecond + boundedInteger(block.first, Math.floor(0.8 * span.seconds));
  const times: number[] = [];
  for (let visit = 0; visit < count; visit++) {
    threefry(key, visit, 0, block);
    const endsSitting = unitInterval(block.second) < 0.15;
    const meanGap = endsSitting ? 6 * 86_400 : 120; // seconds
    second += 1 + Math.floor(-meanGap * Math.log(unitInterval(block.first)));
    times.push(second);
  }
  return times;
}
