import { describe, expect, it } from "@jest/globals";
import { DataError } from "../../src/errors.ts";
import { encodeCheckpoint } from "../../src/ranker/checkpoint.ts";
import { defaultInitializers, initializeParameters } from "../../src/ranker/initialize.ts";
import type { FloatArray, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { decodeResume, encodeResume } from "../../src/training/resume-checkpoint.ts";
import type { ResumePoint } from "../../src/training/training-state.ts";
import { noPaths } from "../support/engines/no-paths.ts";
import { expectSameBits } from "../support/engines/same-bits.ts";

const spec: RankerSpec = { ...noPaths, users: 3, items: 4, gmf: 2, embedding: 2, tower: [3] };
const parametersOf = (seed: number) => initializeParameters(spec, defaultInitializers, seed);
const parameters = parametersOf(1);
const point: ResumePoint = {
  epoch: 2,
  step: 7,
  lossSum: 0.1 + 0.2, // no short decimal
  seconds: 1.5,
  selection: { bestEpoch: 1, bestValue: 1 / 3, epochsWithoutGain: 1 },
  best: { epoch: 1, metrics: { "NDCG@10": 1 / 3 }, parameters: parametersOf(2), optimizer: null },
  previous: parameters,
  atSwitch: null,
  snapshot: {
    parameters,
    optimizer: {
      numbers: { step: 57, "lawn.switchedAt": -1 },
      tensors: new Map<string, FloatArray>([
        ["m/userGmf", new Float32Array([1.5, -0, 2 ** -149])],
        ["lawn.target/userGmf", new Float64Array([Math.PI])],
      ]),
    },
  },
};

describe("a resume file", () => {
  it("gives every bit back, and arrays that were one are one again", () => {
    const {
      point: read,
      labels,
      spec: readSpec,
    } = decodeResume(encodeResume({ spec, point, labels: { pass: "train" } }), "x");
    expect(readSpec).toEqual(spec);
    expect(labels).toEqual({ pass: "train" });
    expect({ ...read, best: null, previous: null, snapshot: null }).toEqual({
      ...point,
      best: null,
      previous: null,
      snapshot: null,
    });
    expect(read.previous).toBe(read.snapshot.parameters);
    expectSameBits(read.snapshot.parameters, parameters);
    expectSameBits(read.best!.parameters, point.best!.parameters);
    expect(read.best).toMatchObject({ epoch: 1, metrics: { "NDCG@10": 1 / 3 } });
    expect(read.snapshot.optimizer!.numbers).toEqual(point.snapshot.optimizer!.numbers);
    const tensors = point.snapshot.optimizer!.tensors;
    for (const [name, values] of tensors) expect(read.snapshot.optimizer!.tensors.get(name)).toEqual(values);
    expect(read.snapshot.optimizer!.tensors.size).toBe(tensors.size);
  });

  it("gives the best epoch's optimizer back, its own or the current one", () => {
    const tensors = new Map([["m/userGmf", Float32Array.of(7, 8, 9)]]);
    const own = { numbers: { step: 30 }, tensors };
    const resumed = (optimizer: typeof own | typeof point.snapshot.optimizer) => {
      const kept = { ...point, best: { ...point.best!, optimizer } };
      return decodeResume(encodeResume({ spec, point: kept, labels: {} }), "x").point;
    };
    expect(resumed(own).best!.optimizer).toEqual(own);
    expect(resumed(own).snapshot.optimizer!.numbers.step).toBe(57);
    const same = resumed(point.snapshot.optimizer);
    expect(same.best!.optimizer).toBe(same.snapshot.optimizer);
    expect(resumed(null).best!.optimizer).toBeNull();
  });

  it("is refused when a single bit of its numbers has changed", () => {
    const bytes = encodeResume({ spec, point, labels: {} });
    bytes[bytes.length - 3]! ^= 1;
    expect(() => decodeResume(bytes, "resume.safetensors")).toThrow(
      "resume.safetensors: damaged (its content is not of the sha256 it names); train anew with --force",
    );
  });

  it("is refused by name when it is cut short, or is a plain checkpoint", () => {
    const bytes = encodeResume({ spec, point, labels: {} });
    for (const length of [0, 7, 100, bytes.length - 1]) {
      expect(() => decodeResume(bytes.slice(0, length), "resume.safetensors")).toThrow(DataError);
    }
    const plain = encodeCheckpoint({ spec, parameters, extras: new Map(), metadata: {} });
    expect(() => decodeResume(plain, "resume.safetensors")).toThrow(
      /resume\.safetensors: .*not a state to resume from/,
    );
  });
});
