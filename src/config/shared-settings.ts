/**
 * Settings that several stages have and that mean the same in each: declared once, so that flag,
 * default and words cannot part.
 */
import { z } from "zod";
import { setting } from "./setting.ts";

export const dataRoot = setting(z.string().min(1).default("data"), {
  flag: "data-root",
  names: "folder",
  meaning: "Folder of the ingested datasets",
});

export const modelsRoot = setting(z.string().min(1).default("models"), {
  flag: "models-root",
  names: "folder",
  meaning: "Folder of the runs",
});

export const threads = setting(z.int().min(1).nullable().default(null), {
  flag: "threads",
  meaning: "Threads of the native engine; none takes the cores this process may use; refused by other engines",
  unit: "threads",
});

export const tfjsBackend = setting(z.enum(["node-gpu", "node", "wasm", "cpu"]).nullable().default(null), {
  flag: "tfjs-backend",
  meaning: "Backend of the tfjs engine; none takes the first of these that is installed; refused by other engines",
});

export const allowSoftwareAdapter = setting(z.boolean().default(false), {
  flag: "allow-software-adapter",
  meaning: "Lets the webgpu engine run on an adapter that computes on the CPU, slowly; refused by other engines",
});

/** What a name stands for after ingest; stages add what they do without one. */
export const datasetMeaning =
  "Name of an ingested dataset under the data folder, or the dataset file it was ingested with";

/** Types alone where the stages' words differ. */
export const engineType = z.enum(["auto", "reference", "native", "webgpu", "tfjs"]).default("auto");
/** Null takes what the dataset has: its frozen candidates, or the catalogue where it was ingested without any. */
export const candidatesType = z.enum(["sampled", "full"]).nullable().default(null);
export const cutsType = z.array(z.int().min(1)).min(1).default([10]);
