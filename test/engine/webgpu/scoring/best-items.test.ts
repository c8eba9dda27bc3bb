import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { SessionOptions } from "../../../../src/engine/engine.ts";
import { scoresOfKeys } from "../../../../src/engine/webgpu/kernels/best-items.ts";
import { openWebgpuEngine, type WebgpuEngine, webgpuProvider } from "../../../../src/engine/webgpu/webgpu-engine.ts";
import type { RankerSpec } from "../../../../src/ranker/ranker-spec.ts";
import { NO_ITEM, type TopItemsRequest } from "../../../../src/ranker/scorer.ts";
import { topItems } from "../../../../src/scoring/top-items.ts";
import { float32, optionsOf, randomParameters } from "../../../support/engines/engine-cases.ts";
import { noPaths } from "../../../support/engines/no-paths.ts";

// A software GPU is slow, more so on a busy machine.
jest.setTimeout(600_000);

const probe = await webgpuProvider.probe({ allowSoftwareAdapter: true });
const title = `the best items of the webgpu engine${probe.available ? "" : ` (skipped: ${probe.reason})`}`;

/** More items than a workgroup has lanes. */
const spec: RankerSpec = { ...noPaths, users: 30, items: 700, dot: 3, idBiases: true };

describe("scoresOfKeys", () => {
  it("gives -Infinity for none and NaN, and otherwise the score", () => {
    // 1 has the bits 3f800000, -2 has c0000000: its key is their complement.
    const keys = Uint32Array.of(0, 1, 0x80000000, 0xbf800000, 0x3fffffff);
    expect([...scoresOfKeys(keys)]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1, -2]);
  });
});

(probe.available ? describe : describe.skip)(title, () => {
  let engine: WebgpuEngine;
  beforeAll(async () => {
    engine = await openWebgpuEngine({ allowSoftwareAdapter: true });
  });

  const users = Uint32Array.of(3, 29, 3, 0);
  const maskedOf = [[], [0, 7, 699], [1, 2, 3, 250], Array.from({ length: 695 }, (_, item) => item)];
  const masked = { offsets: Uint32Array.of(0, 0, 3, 7, 702), items: Uint32Array.from(maskedOf.flat()) };

  async function expectHostsChoice(own: WebgpuEngine, options: SessionOptions, request: TopItemsRequest) {
    const { buffers } = await own.context();
    const session = await own.open(options);
    const { scorer } = session;
    const { top, ...withoutTop } = scorer;
    const expected = await topItems(withoutTop, request);
    const before = buffers.alive();
    expect(await top!(request)).toEqual(expected);
    expect(buffers.alive()).toEqual(before);
    session.close();
    return expected;
  }

  it("are those chosen on the host, without the masked ones, to the end of the list", async () => {
    const { items } = await expectHostsChoice(engine, optionsOf(spec, "bce"), { users, k: 10, masked });
    expect([...items.subarray(35)]).toEqual(Array<number>(5).fill(NO_ITEM)); // the last user has five items left
    await expectHostsChoice(engine, optionsOf(spec, "bce"), { users: users.subarray(0, 1), k: 705 });
  });

  it("are the first ones where all score alike, and NaN comes last", async () => {
    const parameters = randomParameters(spec, float32);
    for (const values of parameters.values()) values.fill(0);
    parameters.get("itemBias")!.set([Number.NaN, -1], 2);
    const { items } = await expectHostsChoice(
      engine,
      optionsOf(spec, "bce", { start: { parameters, optimizer: null } }),
      { users: Uint32Array.of(4, 5), k: 700 },
    );
    expect([...items.subarray(0, 4)]).toEqual([0, 1, 4, 5]);
    expect([...items.subarray(698, 700)]).toEqual([3, 2]);
  });

  it("are chosen for a few users at a time where a binding is small, and by the host where it is smaller still", async () => {
    // 5,888 bytes: keys of two users, and scores of 184 pairs of 8 features
    const small = await openWebgpuEngine({ allowSoftwareAdapter: true, largestBinding: 5888 });
    await expectHostsChoice(small, optionsOf(spec, "bce"), { users, k: 10, masked });
    const tiny = await openWebgpuEngine({ allowSoftwareAdapter: true, largestBinding: 4096 });
    const session = await tiny.open(optionsOf(spec, "bce"));
    expect(session.scorer.top).toBeUndefined();
    session.close();
  });

  it("need a sensible request", async () => {
    const { scorer } = await engine.open(optionsOf(spec, "bce"));
    await expect(scorer.top!({ users, k: 0 })).rejects.toThrow("k is 0, expected a whole number of at least 1");
    await expect(scorer.top!({ users: Uint32Array.of(30), k: 1 })).rejects.toThrow(/below 30/);
    expect(await scorer.top!({ users: new Uint32Array(0), k: 3 })).toEqual({
      items: new Uint32Array(0),
      scores: new Float32Array(0),
    });
  });
});
