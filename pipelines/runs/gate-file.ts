/** gate.json of a run: what the gate said of it, written whole or not at all. */
import path from "node:path";
import { readSealedJsonIfThere } from "../../src/files/json-file.ts";
import { sealedText } from "../../src/files/sealed-text.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { type GateRecord, gateRecordSchema } from "../../src/runs/gate-record.ts";
import { GATE_FILE } from "../../src/runs/run-directory.ts";

/** Null for a run that no gate has looked at. Throws DataError for a damaged record. */
export async function readGateRecord(directory: string): Promise<GateRecord | null> {
  const words = { what: "the verdict of a gate", remedy: "give the gate again: lawn-ranker gate" };
  return readSealedJsonIfThere(path.join(directory, GATE_FILE), gateRecordSchema, words);
}

export async function writeGateRecord(directory: string, record: GateRecord): Promise<void> {
  await writeFileAtomically(path.join(directory, GATE_FILE), sealedText(record));
}
