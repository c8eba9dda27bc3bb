/**
 * Every command there is, in the order of help. The list appears without loading a stage, the help of a command without
 * loading more than its settings. Those that are functions of the library too have types for settings and result.
 */
import type { evaluateSchema } from "../src/config/schemas/evaluate-schema.ts";
import type { gateSchema } from "../src/config/schemas/gate-schema.ts";
import type { ingestSchema } from "../src/config/schemas/ingest/ingest-schema.ts";
import type { scoreSchema } from "../src/config/schemas/score-schema.ts";
import type { trainSchema } from "../src/config/schemas/train-schema.ts";
import type { StageEntry } from "./command-line/stage-entry.ts";
import type { EvaluateResult } from "./evaluate/evaluate.ts";
import type { EvaluatedBaselines } from "./evaluate/evaluate-baselines.ts";
import type { GateResult, RollbackResult } from "./gate/gate.ts";
import type { IngestResult } from "./ingest/ingest-result.ts";
import type { ScoreResult } from "./score/finish-job.ts";
import type { ScoreShardResult } from "./score/score.ts";
import type { TrainResult } from "./train/train-result.ts";

export const ingestEntry: StageEntry<typeof ingestSchema, IngestResult> = {
  name: "ingest",
  summary: "clean, number and split raw logs into Arrow files under data/<dataset>",
  schema: async () => (await import("../src/config/schemas/ingest/ingest-schema.ts")).ingestSchema,
  load: async () => (await import("./ingest/ingest.ts")).ingestStage,
};

export const trainEntry: StageEntry<typeof trainSchema, TrainResult> = {
  name: "train",
  summary: "train a ranker on an ingested dataset into models/<dataset>/<run>",
  schema: async () => (await import("../src/config/schemas/train-schema.ts")).trainSchema,
  load: async () => (await import("./train/train.ts")).trainStage,
};

export const evaluateEntry: StageEntry<typeof evaluateSchema, EvaluateResult | EvaluatedBaselines> = {
  name: "evaluate",
  summary: "rank the held-out items with a trained run or a baseline and report HR@k and NDCG@k",
  schema: async () => (await import("../src/config/schemas/evaluate-schema.ts")).evaluateSchema,
  load: async () => (await import("./evaluate/evaluate.ts")).evaluateStage,
};

export const gateEntry: StageEntry<typeof gateSchema, GateResult | RollbackResult> = {
  name: "gate",
  summary: "decide whether a new run takes the place of the one in use, and point current at it",
  schema: async () => (await import("../src/config/schemas/gate-schema.ts")).gateSchema,
  load: async () => (await import("./gate/gate.ts")).gateStage,
};

export const scoreEntry: StageEntry<typeof scoreSchema, ScoreResult | ScoreShardResult> = {
  name: "score",
  summary: "recommend: the best items of every user with a trained run, to a file, PostgreSQL or Redis",
  schema: async () => (await import("../src/config/schemas/score-schema.ts")).scoreSchema,
  load: async () => (await import("./score/score.ts")).scoreStage,
};

export const stages: readonly StageEntry[] = [
  {
    name: "data",
    summary: "download a published log (MovieLens, Pinterest-20) for ingest",
    schema: async () => (await import("../src/config/schemas/data-schema.ts")).dataSchema,
    load: async () => (await import("./data/data.ts")).dataStage,
  },
  {
    name: "sample",
    summary: "write the orders of a made-up shop as CSV, to try things with",
    schema: async () => (await import("../src/config/schemas/sample-schema.ts")).sampleSchema,
    load: async () => (await import("./sample/sample.ts")).sampleStage,
  },
  ingestEntry,
  trainEntry,
  evaluateEntry,
  {
    name: "compare",
    summary: "tune arms of optimizers alike, train fresh seeds, and test the differences",
    schema: async () => (await import("../src/config/schemas/compare-schema.ts")).compareSchema,
    load: async () => (await import("./compare/compare.ts")).compareStage,
  },
  gateEntry,
  {
    name: "export",
    summary: "write a trained run as ONNX, Parquet, Arrow, NPY or a search index, with its ids and a model card",
    schema: async () => (await import("../src/config/schemas/export-schema.ts")).exportSchema,
    load: async () => (await import("./export/export.ts")).exportStage,
  },
  scoreEntry,
  {
    name: "report",
    summary: "write a run or a study as one self-contained HTML page",
    schema: async () => (await import("../src/config/schemas/report-schema.ts")).reportSchema,
    load: async () => (await import("./report/report.ts")).reportStage,
  },
  {
    name: "worker",
    summary: "take jobs of score and compare from a Redis queue and do them",
    schema: async () => (await import("../src/config/schemas/worker-schema.ts")).workerSchema,
    load: async () => (await import("./worker/worker.ts")).workerStage,
  },
  {
    name: "jobs",
    summary: "show a queue: jobs waiting, under way, done, and failed with their errors",
    schema: async () => (await import("../src/config/schemas/worker-schema.ts")).jobsSchema,
    load: async () => (await import("./worker/jobs.ts")).jobsStage,
  },
  {
    name: "doctor",
    summary: "check this machine and say which engine would run, and why",
    schema: async () => (await import("../src/config/schemas/doctor-schema.ts")).doctorSchema,
    load: async () => (await import("./doctor.ts")).doctorStage,
  },
  {
    name: "verify",
    summary: "hash the files of a run, study, dataset or export again and say what is not as its manifest records",
    schema: async () => (await import("../src/config/schemas/verify-schema.ts")).verifySchema,
    load: async () => (await import("./verify/verify.ts")).verifyStage,
  },
  {
    name: "completion",
    summary: "print what completes commands, flags and values in bash, zsh or fish",
    schema: async () => (await import("../src/config/schemas/completion-schema.ts")).completionSchema,
    load: async () => (await import("./command-line/completion/completion-stage.ts")).completionStage(stages),
  },
];
