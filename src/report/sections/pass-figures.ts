/** What charts of the run's training pass are drawn from: its epochs, their axis, and lines over them. */
import type { DiagnosticsRecord } from "../../runs/diagnostics-record.ts";
import { type EpochAxis, type EpochFigure, type EpochLine, epochFigure, hasValues } from "../charts/epoch-figure.ts";
import type { Figure } from "../charts/figure.ts";
import { groupsOf } from "../charts/tensor-groups.ts";
import type { EpochContent, RunContent } from "../run-content.ts";

/** A line for each kind of tensor. */
export function groupLines(
  content: RunContent,
  of: (diagnostics: DiagnosticsRecord, names: readonly string[], epoch: EpochContent) => number | null,
): EpochLine[] {
  const { pass } = passOf(content);
  const first = pass.find(({ diagnostics }) => diagnostics !== null)?.diagnostics;
  if (first === undefined || first === null) return [];
  return groupsOf(Object.keys(first.norms)).map(({ name, hue, tensors }) => ({
    name,
    hue,
    values: pass.map((epoch) => (epoch.diagnostics === null ? null : of(epoch.diagnostics, tensors, epoch))),
  }));
}

/** Null where there is nothing to draw. */
export function draw(figure: EpochFigure): Figure | null {
  return hasValues(figure.lines) ? epochFigure(figure) : null;
}

export function passOf({ epochs, manifest }: RunContent) {
  return { pass: epochs.filter(({ pass }) => pass === "train"), chosen: manifest.outcome?.epoch ?? null };
}

/** One line of what the diagnostics hold. */
export function lineOf(
  content: RunContent,
  { name, hue, of }: Pick<EpochLine, "name" | "hue"> & { of: (diagnostics: DiagnosticsRecord) => number | null },
): EpochLine {
  const { pass } = passOf(content);
  return { name, hue, values: pass.map(({ diagnostics }) => (diagnostics === null ? null : of(diagnostics))) };
}

export function axisOf(content: RunContent): EpochAxis {
  const { pass, chosen } = passOf(content);
  return { unit: "epoch", epochs: pass.map(({ epoch }) => epoch), switchAfter: switchOf(pass), chosen };
}

/** The last free epoch before a constrained one; null for a run that has no switch. */
export function switchOf(pass: RunContent["epochs"]): number | null {
  const index = pass.findIndex(({ phase }) => phase === "constrained");
  return index < 0 ? null : pass[index]!.epoch - 1;
}
