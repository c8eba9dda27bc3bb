/** What training writes as diagnostics is what readers of the log expect. */
import { describe, expect, it } from "@jest/globals";
import { DataError } from "../../src/errors.ts";
import { parseDiagnostics } from "../../src/runs/diagnostics-record.ts";
import { runContent } from "../support/stages/report-content.ts";

const record = runContent().epochs[1]!;

describe("the diagnostics of a log", () => {
  it("are read back as they were written, and null where they were off", () => {
    expect(parseDiagnostics(record, "training.jsonl")).toEqual(record.diagnostics);
    expect(parseDiagnostics({ ...record, diagnostics: null }, "training.jsonl")).toBeNull();
  });

  it("of a log from before there were margins are read without them", () => {
    const { margins, fadedShare, ...older } = record.diagnostics!;
    const read = parseDiagnostics({ ...record, diagnostics: older }, "training.jsonl");
    expect(read).toEqual({ ...older, margins: null, fadedShare: null });
    expect([margins, fadedShare]).not.toContain(null);
  });

  it("are refused by place where they are something else", () => {
    const damaged = { ...record, diagnostics: { ...record.diagnostics, logitAbsP50: "much" } };
    expect(() => parseDiagnostics(damaged, "training.jsonl")).toThrow(DataError);
    expect(() => parseDiagnostics(damaged, "training.jsonl")).toThrow(
      /training.jsonl: train epoch 2: diagnostics.logitAbsP50:/,
    );
  });
});
