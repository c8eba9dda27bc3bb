/** Every setting of `doctor`, once. */
import { z } from "zod";
import { underHeading } from "../setting.ts";
import { dataRoot, modelsRoot } from "../shared-settings.ts";

export const doctorSchema = z.object({ dataRoot: underHeading(dataRoot, "Folders"), modelsRoot });

export type DoctorConfig = z.output<typeof doctorSchema>;
