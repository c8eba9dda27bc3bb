/**
 * Events as TensorBoard reads them: tensorflow/core/util/event.proto and
 * framework/summary.proto, written field by field.
 */
import { PbfWriter } from "pbf";
import type { Histogram } from "./histogram.ts";
import { frameRecord } from "./records.ts";

export interface Summaries {
  readonly scalars: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, Histogram>>;
}

export interface EventTime {
  /** Seconds since 1970. */
  readonly wallSeconds: number;
  readonly step: number;
}

const VERSION = "brain.Event:2";
const SESSION_START = 1;

/** What every file begins with. */
export function versionRecord(wallSeconds: number): Uint8Array {
  return eventRecord({ wallSeconds, step: 0 }, (pbf) => pbf.writeStringField(3, VERSION));
}

/** Makes TensorBoard forget what earlier files say of `step` and later ones: those will be trained again. */
export function restartRecord(time: EventTime): Uint8Array {
  return eventRecord(time, (pbf) =>
    pbf.writeMessage(7, (status: number, log: PbfWriter) => log.writeVarintField(1, status), SESSION_START),
  );
}

export function summaryRecord(time: EventTime, summaries: Summaries): Uint8Array {
  return eventRecord(time, (pbf) => pbf.writeMessage(5, writeSummary, summaries));
}

function eventRecord({ wallSeconds, step }: EventTime, writeContent: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, wallSeconds);
  pbf.writeVarintField(2, step);
  writeContent(pbf);
  return frameRecord(pbf.finish());
}

function writeSummary({ scalars, histograms }: Summaries, pbf: PbfWriter): void {
  for (const [tag, value] of Object.entries(scalars)) pbf.writeMessage(1, writeScalar, { tag, value });
  for (const [tag, histogram] of Object.entries(histograms))
    pbf.writeMessage(1, writeTaggedHistogram, { tag, histogram });
}

function writeScalar({ tag, value }: { readonly tag: string; readonly value: number }, pbf: PbfWriter): void {
  pbf.writeStringField(1, tag);
  pbf.writeFloatField(2, value);
}

function writeTaggedHistogram(
  { tag, histogram }: { readonly tag: string; readonly histogram: Histogram },
  pbf: PbfWriter,
): void {
  pbf.writeStringField(1, tag);
  pbf.writeMessage(5, writeHistogram, histogram);
}

function writeHistogram({ min, max, count, sum, sumOfSquares, limits, counts }: Histogram, pbf: PbfWriter): void {
  for (const [field, value] of [min, max, count, sum, sumOfSquares].entries()) pbf.writeDoubleField(field + 1, value);
  pbf.writePackedDouble(6, [...limits]);
  pbf.writePackedDouble(7, [...counts]);
}
