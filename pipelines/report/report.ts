/** The stage `report`: a run or a study as one HTML file that needs nothing else. */
import path from "node:path";
import { type ReportConfig, reportSchema } from "../../src/config/schemas/report-schema.ts";
import { DataError } from "../../src/errors.ts";
import { makeFolder } from "../../src/files/make-folder.ts";
import { removeStaleWork, workName } from "../../src/files/work-names.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { runReport } from "../../src/report/run-report.ts";
import { studyReport } from "../../src/report/study-report.ts";
import { datasetNameOf } from "../dataset/dataset-argument.ts";
import { findRun } from "../runs/find-run.ts";
import type { Stage, StageContext, StageResult } from "../stage.ts";
import { readRunContent } from "./read-run-content.ts";
import { readStudyContent } from "./read-study-content.ts";

const reportFile = "report.html";

const MOST_BYTES = 3_000_000;

export const reportStage: Stage<typeof reportSchema> = {
  name: "report",
  schema: reportSchema,
  async run(given, context) {
    const config = { ...given, dataset: given.dataset === null ? null : await datasetNameOf(given.dataset) };
    return config.study === null ? reportRun(config, context) : reportStudy(config, config.study, context);
  },
};

async function reportRun(config: ReportConfig, context: StageContext): Promise<StageResult> {
  const directory = await findRun(config, context);
  const content = await readRunContent(directory, config, context);
  for (const sentence of content.absent) context.log(`not shown: ${sentence}`);
  const file = config.output ?? path.join(directory, reportFile);
  const bytes = await writePage(file, runReport(content), context);
  return {
    json: { stage: "report", run: directory, file, bytes, absent: content.absent },
    text: writtenText(file, bytes),
  };
}

async function reportStudy(config: ReportConfig, named: string, context: StageContext): Promise<StageResult> {
  // As `train` and `evaluate` read --run: a path when it has a slash, else a name under the models folder.
  const isPath = named.includes("/") || named.includes(path.sep);
  const study = isPath ? path.normalize(named) : path.join(config.modelsRoot, "studies", named);
  const content = await readStudyContent(study, context.environment.packageVersion);
  const file = config.output ?? path.join(study, reportFile);
  const bytes = await writePage(file, studyReport(content), context);
  return { json: { stage: "report", study, file, bytes }, text: writtenText(file, bytes) };
}

async function writePage(file: string, text: string, context: StageContext): Promise<number> {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length > MOST_BYTES) {
    throw new DataError(
      `${file}: the report would have ${bytes.length} bytes, expected at most ${MOST_BYTES}; show fewer --people`,
    );
  }
  await makeFolder(path.dirname(file), "choose another file with --output");
  await removeStaleWork(path.dirname(file), context);
  await writeFileAtomically(file, bytes, workName(file, context));
  return bytes.length;
}

function writtenText(file: string, bytes: number): string {
  return `written: ${file} (${Math.ceil(bytes / 1000)} kB)`;
}
