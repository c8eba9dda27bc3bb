/** Every setting of `verify`, once: type, default and meaning. */
import { z } from "zod";
import { setting } from "../setting.ts";
import { dataRoot, modelsRoot } from "../shared-settings.ts";

export const verifySchema = z.object({
  path: setting(z.string().min(1), {
    flag: "path",
    heading: "What is checked",
    names: "path",
    isArgument: true,
    meaning:
      "Folder of a run, a study, a dataset or an export, its name under the data or the models folder, or a manifest file",
  }),
  dataRoot,
  modelsRoot,
  inputs: setting(z.boolean().default(true), {
    flag: "inputs",
    off: "Leave out what it was made from: raw logs, datasets, runs",
    meaning: "Also hash what it was made from: raw logs, datasets, runs",
  }),
});

export type VerifyConfig = z.output<typeof verifySchema>;
