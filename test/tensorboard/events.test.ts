/** Event files read back by a decoder that shares nothing with the writer: framing, checksums, protobuf fields. */
import { describe, expect, it } from "@jest/globals";
import { epochScalars, numbersByPath } from "../../src/tensorboard/epoch-scalars.ts";
import { restartRecord, summaryRecord, versionRecord } from "../../src/tensorboard/events.ts";
import { histogramOf } from "../../src/tensorboard/histogram.ts";
import { crc32c, frameRecord, maskedCrc32c } from "../../src/tensorboard/records.ts";
import { readEvents } from "../support/readers/read-events.ts";

describe("records", () => {
  it("have the checksums of RFC 3720, appendix B.4", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, byte) => byte))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  });

  it("mask a checksum by rotation and a constant", () => {
    // 0xe3069283: rotated right by 15 is (c >>> 15) | (c << 17) = 0x1c60d | 0x25060000 = 0x2507c60d; plus 0xa282ead8.
    expect(maskedCrc32c(new TextEncoder().encode("123456789"))).toBe(0xc78ab0e5);
  });

  it("are framed by their length", () => {
    const framed = frameRecord(Uint8Array.of(7, 8, 9));
    expect(framed).toHaveLength(8 + 4 + 3 + 4);
    expect([...framed.subarray(0, 8)]).toEqual([3, 0, 0, 0, 0, 0, 0, 0]);
    expect([...framed.subarray(12, 15)]).toEqual([7, 8, 9]);
  });
});

describe("events", () => {
  it("come back as they were written", () => {
    const histogram = histogramOf([1, 2, 2, -3])!;
    const bytes = Buffer.concat([
      versionRecord(12.5),
      restartRecord({ wallSeconds: 13, step: 400 }),
      summaryRecord(
        { wallSeconds: 14, step: 500 },
        { scalars: { "training/loss": 0.25, "a/b": -1 }, histograms: { h: histogram } },
      ),
    ]);
    const [version, restart, summary, ...rest] = readEvents(bytes);
    expect(rest).toEqual([]);
    expect(version).toMatchObject({ wallTime: 12.5, step: 0, fileVersion: "brain.Event:2" });
    expect(restart).toMatchObject({ wallTime: 13, step: 400, sessionStatus: 1 });
    expect(summary).toMatchObject({ wallTime: 14, step: 500 });
    expect(summary?.values).toEqual([
      { tag: "training/loss", simpleValue: 0.25 },
      { tag: "a/b", simpleValue: -1 },
      { tag: "h", histogram: [-3, 2, 4, 2, 18, [...histogram.limits], [...histogram.counts]] },
    ]);
  });
});

describe("histogramOf", () => {
  it("puts each value below its bucket's limit and not below the one before", () => {
    const values = [0, 0.5, 1e-13, -1e-13, -7, 1e30, 3];
    const { limits, counts, min, max, count, sum } = histogramOf([...values, Number.NaN, Number.POSITIVE_INFINITY])!;
    expect({ min, max, count }).toEqual({ min: -7, max: 1e30, count: 7 });
    expect(sum).toBe(values.reduce((total, value) => total + value, 0));
    for (const [bucket, limit] of limits.entries()) {
      const from = bucket === 0 ? Number.NEGATIVE_INFINITY : limits[bucket - 1]!;
      expect(counts[bucket]).toBe(values.filter((value) => value < limit && value >= from).length);
    }
    expect(counts.reduce((total, value) => total + value, 0)).toBe(7);
  });

  it("is none of nothing", () => {
    expect(histogramOf([Number.NaN])).toBeNull();
  });
});

describe("scalars of an epoch", () => {
  it("are its numbers by path, without what is none", () => {
    const record = {
      loss: 0.3,
      learningRate: 0.01,
      samplesPerSecond: 9,
      epoch: 2,
      validation: { "HR@10": 0.5 },
      lawn: null,
    };
    const diagnostics = { norms: { userDot: 3 }, deadUnits: [0.5, null], moved: null, loss: Number.NaN };
    expect(epochScalars({ ...record, diagnostics })).toEqual({
      "training/loss": 0.3,
      "training/learningRate": 0.01,
      "training/samplesPerSecond": 9,
      "training/epoch": 2,
      "validation/HR@10": 0.5,
      "diagnostics/norms/userDot": 3,
      "diagnostics/deadUnits/0": 0.5,
    });
    expect(numbersByPath("text", "x")).toEqual({});
  });
});
