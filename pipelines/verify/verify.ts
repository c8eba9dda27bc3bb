/** The stage `verify`: every file that a manifest records is hashed again, and what is not as recorded is said. */
import { stat } from "node:fs/promises";
import path from "node:path";
import { type VerifyConfig, verifySchema } from "../../src/config/schemas/verify-schema.ts";
import { ConfigError } from "../../src/errors.ts";
import { fileProblem, type RecordedFile } from "../../src/files/recorded-files.ts";
import { DESCRIPTION_FILE } from "../dataset/dataset-files.ts";
import type { Stage, StageContext, StageResult } from "../stage.ts";
import { type RecordedContent, recordNames, recordOfDataset, recordOfManifest } from "./verify-records.ts";

export const verifyStage: Stage<typeof verifySchema> = {
  name: "verify",
  schema: verifySchema,
  run: verify,
};

async function verify(config: VerifyConfig, context: StageContext): Promise<StageResult> {
  const record = await findRecord(config);
  const recorded = record.endsWith(DESCRIPTION_FILE)
    ? await recordOfDataset(path.dirname(record))
    : await recordOfManifest(record, config);
  const files = recorded.files.filter(({ role }) => config.inputs || role === "output");
  const problems = [...recorded.problems];
  let bytes = 0;
  for (const file of files) {
    context.signal.throwIfAborted();
    const problem = await fileProblem(file);
    if (problem !== null) problems.push(problem);
    bytes += file.bytes ?? 0;
  }
  return {
    json: {
      stage: "verify",
      path: record,
      kind: recorded.kind,
      files: files.length,
      bytes,
      sealed: recorded.isSealed,
      problems,
    },
    text: reportText(record, recorded, files, problems),
    exitCode: problems.length === 0 ? 0 : 3,
  };
}

function reportText(
  record: string,
  { kind, isSealed, elsewhere }: RecordedContent,
  files: readonly RecordedFile[],
  problems: readonly string[],
): string {
  const inputs = files.filter(({ role }) => role === "input").length;
  const unread = elsewhere === 0 ? "" : ` (${elsewhere} more in a database or an object store, not read)`;
  const counted = `${files.length - inputs} files and ${inputs} inputs${unread}`;
  const unsealed = isSealed ? "" : `; ${path.basename(record)} itself is not sealed`;
  if (problems.length === 0) return `${path.dirname(record)}: ${kind}, ${counted} are as recorded${unsealed}`;
  return [
    `${path.dirname(record)}: ${kind}, ${counted}${unsealed}; not as recorded:`,
    ...problems.map((line) => `  ${line}`),
  ].join("\n");
}

/** The manifest.json, dataset.json or other record that is meant: itself, beside the file, or in the folder. */
async function findRecord({ path: given, dataRoot, modelsRoot }: VerifyConfig): Promise<string> {
  if (await isFile(`${given}.manifest.json`)) return `${given}.manifest.json`;
  if (await isFile(given)) return given;
  const folders = [
    given,
    path.join(modelsRoot, given),
    path.join(modelsRoot, "studies", given),
    path.join(dataRoot, given),
  ];
  for (const folder of folders) {
    for (const name of recordNames) {
      if (await isFile(path.join(folder, name))) return path.join(folder, name);
    }
  }
  throw new ConfigError(
    `"${given}": no manifest.json and no ${DESCRIPTION_FILE} in ${folders.join(", ")}; give the folder of a run, a study, a dataset, an evaluation or an export, or a file of scores`,
  );
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isFile() ?? false;
}
