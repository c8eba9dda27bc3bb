/** Every command there is, in the order of help. Summaries stand here: the list appears without loading a stage. */
import type { StageEntry } from "./command-line/run-command-line.ts";

export const stages: readonly StageEntry[] = [
  {
    name: "data",
    summary: "download a published log (MovieLens, Pinterest-20) for ingest",
    load: async () => (await import("./data/data.ts")).dataStage,
  },
  {
    name: "ingest",
    summary: "clean, number and split raw logs into Arrow files under data/<dataset>",
    load: async () => (await import("./ingest/ingest.ts")).ingestStage,
  },
  {
    name: "train",
    summary: "train a ranker on an ingested dataset into models/<dataset>/<run>",
    load: async () => (await import("./train/train.ts")).trainStage,
  },
  {
    name: "evaluate",
    summary: "rank the held-out items with a trained run or a baseline and report HR@k and NDCG@k",
    load: async () => (await import("./evaluate/evaluate.ts")).evaluateStage,
  },
  {
    name: "compare",
    summary: "tune arms of optimizers alike, train fresh seeds, and test the differences",
    load: async () => (await import("./compare/compare.ts")).compareStage,
  },
  {
    name: "export",
    summary: "write a trained run as ONNX, Parquet, Arrow, NPY or a search index, with its ids and a model card",
    load: async () => (await import("./export/export.ts")).exportStage,
  },
  {
    name: "score",
    summary: "recommend: the best items of every user with a trained run, to Parquet, Arrow, CSV or JSON lines",
    load: async () => (await import("./score/score.ts")).scoreStage,
  },
  {
    name: "report",
    summary: "write a run or a study as one self-contained HTML page",
    load: async () => (await import("./report/report.ts")).reportStage,
  },
  {
    name: "worker",
    summary: "take jobs of score and compare from a Redis queue and do them",
    load: async () => (await import("./worker/worker.ts")).workerStage,
  },
  {
    name: "jobs",
    summary: "show a queue: jobs waiting, under way, done, and failed with their errors",
    load: async () => (await import("./worker/jobs.ts")).jobsStage,
  },
  {
    name: "doctor",
    summary: "check this machine and say which engine would run, and why",
    load: async () => (await import("./doctor.ts")).doctorStage,
  },
  {
    name: "verify",
    summary: "hash the files of a run, study, dataset or export again and say what is not as its manifest records",
    load: async () => (await import("./verify/verify.ts")).verifyStage,
  },
];
