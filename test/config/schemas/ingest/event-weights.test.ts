/** What each kind of event weighs, as people write it. */
import { describe, expect, it } from "@jest/globals";
import { eventWeightProblem, eventWeightsOf } from "../../../../src/config/schemas/ingest/event-weights.ts";

describe("weights of events", () => {
  it("are read by name, the last = parting name and weight, and * is all others", () => {
    const texts = ["view=1", " cart = 3", "a=b=0.5", "*=0"];
    expect(eventWeightProblem(texts)).toBeNull();
    expect(eventWeightsOf(texts)).toEqual({
      named: new Map([
        ["view", 1],
        ["cart", 3],
        ["a=b", 0.5],
      ]),
      others: 0,
    });
    expect(eventWeightsOf(["view=1"]).others).toBeNull();
  });

  it.each([
    ["view", '"view" names no event; expected name=weight'],
    ["=1", '"=1" names no event'],
    ["view=", '"view=" has no weight'],
    ["view=-1", '"view=-1" has no weight, expected a number from 0'],
    ["view=many", '"view=many" has no weight'],
    ["view=1e39", '"view=1e39" has no weight'],
  ])("%s is refused", (text, message) => {
    expect(eventWeightProblem(["cart=3", text])).toContain(message);
  });

  it("name an event once, and leave something to train on", () => {
    expect(eventWeightProblem(["view=1", "view=2"])).toBe('"view" has two weights');
    expect(eventWeightProblem(["view=0", "*=0"])).toBe("nothing has a weight above 0 to be trained on");
  });
});
