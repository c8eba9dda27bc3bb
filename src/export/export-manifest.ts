/**
 * manifest.json of an export: from what it was made, how, and what every file is. Nothing in it
 * depends on when or where.
 */
import type { FileContent } from "../files/file-content.ts";
import { sealedText } from "../files/sealed-text.ts";
import type { RankerSpec } from "../ranker/ranker-spec.ts";

export interface ExportManifest {
  readonly stage: "export";
  readonly status: "done";
  readonly formats: readonly string[];
  /** With `ranker`; absent of a baseline. */
  readonly run?: { readonly name: string; readonly configHash: string };
  readonly baseline?: {
    readonly name: string;
    readonly parameters: Readonly<Record<string, number>>;
    readonly seed: number;
    readonly fittedOn: readonly string[];
    readonly users: number;
    readonly items: number;
  };
  readonly dataset: { readonly name: string; readonly contentHash: string };
  readonly ranker?: RankerSpec;
  /** What of the stage's settings decides the files. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly packageVersion: string;
  readonly gitCommit: string | null;
  readonly onnx?: {
    readonly opset: number;
    readonly irVersion: number;
    readonly inputs: readonly string[];
    readonly output: string;
    /** Whether tables lie in model.onnx.data. */
    readonly externalData: boolean;
  };
  /** Inner products of these are scores; absent for a ranker with hidden layers and where there are none. */
  readonly vectors?: { readonly width: number };
  /** Lists of what gives weight to an item: at most so many, and whether they hold all that do. */
  readonly itemWeights?: { readonly perItem: number; readonly isWhole: boolean };
  readonly ann?: AnnRecord;
  /** Files it was made from, by "run/<name>" or "dataset/<name>". */
  readonly inputs: Readonly<Record<string, FileContent>>;
  /** Files of the export, by name; all but this one. */
  readonly files: Readonly<Record<string, FileContent>>;
}

export interface AnnRecord {
  readonly library: "usearch";
  readonly metric: "l2sq";
  readonly dimensions: number;
  readonly connectivity: number;
  readonly expansionAdd: number;
  readonly expansionSearch: number;
  /** Against exact search, the mean over `users` evenly spaced users; k is below 100 where there are fewer items. */
  readonly recall: { readonly k: number; readonly users: number; readonly mean: number; readonly least: number };
}

/** Indented, so that people can read it too. */
export function exportManifestText(manifest: ExportManifest): string {
  return sealedText({ ...manifest });
}
