/** Every setting of `verify`, once: type, default and meaning. */
import { z } from "zod";
import { setting } from "../setting.ts";
import { dataRoot, modelsRoot } from "../shared-settings.ts";

export const verifySchema = z.object({
  path: setting(z.string().min(1), {
    flag: "path",
    meaning:
      "Folder of a run, a study, a dataset or an export, its name under the data or the models folder, or a manifest file",
  }),
  dataRoot,
  modelsRoot,
  inputs: setting(z.boolean().default(true), {
    flag: "inputs",
    meaning: "Also hash what it was made from: raw logs, datasets, runs",
  }),
});

export type VerifyConfig = z.output<typeof verifySchema>;
