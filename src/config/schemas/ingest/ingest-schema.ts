/** What `ingest` can be told: its settings, and which of them go together. */
import type { z } from "zod";
import { eventWeightProblem } from "./event-weights.ts";
import { featureRefusals } from "./feature-settings.ts";
import { DEFAULT_SHARE, ingestSettings } from "./ingest-settings.ts";
import { momentMs } from "./moment.ts";
import { rawRefusals } from "./raw-settings.ts";

/** A setting that the others leave without effect is refused, by name. */
export const ingestSchema = ingestSettings.superRefine((config, context) => {
  const refuse = (key: keyof typeof config, message: string): void =>
    context.addIssue({ code: "custom", path: [key], message });
  for (const [key, message] of rawRefusals(config)) refuse(key, message);
  const isTime = config.split === "time";
  const isRatio = config.split === "ratio";
  if (config.testShare !== undefined && !isTime && !isRatio)
    refuse("testShare", "only split time and split ratio take it");
  const shareOf = {
    users: "; --held-out-users is the share of users",
    items: "; --held-out-items is the share of items",
  };
  const { split } = config;
  if (config.validationShare !== undefined && (split === "leave-last-out" || split === "users" || split === "items")) {
    refuse(
      "validationShare",
      `only split time, ratio and given take it${split === "leave-last-out" ? "" : shareOf[split]}`,
    );
  }
  for (const key of ["validationFrom", "testFrom"] as const) {
    if (config[key] === undefined) continue;
    if (!isTime) refuse(key, "only split time takes moments");
    else if (config.validationShare !== undefined || config.testShare !== undefined)
      refuse(key, "give moments or shares, not both");
    else if (config.validationFrom === undefined || config.testFrom === undefined)
      refuse(key, "the other moment is missing; give both");
    else if (!Number.isFinite(momentMs(config[key])))
      refuse(key, 'expected ISO 8601 such as 2001-01-01 or "2001-01-01 12:00", or milliseconds since 1970');
  }
  const heldOut = (config.validationShare ?? DEFAULT_SHARE) + (config.testShare ?? DEFAULT_SHARE);
  if (isTime || isRatio) {
    if (heldOut >= 1) refuse("testShare", "validation and test together leave nothing to train on");
  } else if (config.validationShare === 1) refuse("validationShare", "leaves nothing to train on");
  for (const key of ["heldOutUsers", "heldOutRows"] as const) {
    if (config[key] !== undefined && config.split !== "users") refuse(key, "only split users takes it");
  }
  if (config.heldOutItems !== undefined && config.split !== "items")
    refuse("heldOutItems", "only split items takes it");
  if ((config.heldOutItems ?? DEFAULT_SHARE) >= 0.5) {
    refuse("heldOutItems", "so many for validation and as many for test leave nothing to train on; expected below 0.5");
  }
  if ((config.heldOutUsers ?? DEFAULT_SHARE) >= 0.5) {
    refuse("heldOutUsers", "so many for validation and as many for test leave nobody to train on; expected below 0.5");
  }
  if (config.ratioBy !== undefined && !isRatio) refuse("ratioBy", "only split ratio takes it");
  if (isTime && config.order === "row") refuse("order", "split time needs times");
  if (config.order === "row" && config.timeColumn !== undefined)
    refuse("timeColumn", "times are not used under order row");
  if (config.ownNegatives === "keep" && (config.candidates === "sampled" || config.candidates === "full")) {
    refuse("ownNegatives", "only official candidates have it");
  }
  if (config.escape !== undefined && config.quote === "none")
    refuse("escape", "there are no quotes under --quote none");
  if (config.dateFormat !== undefined && config.order === "row")
    refuse("dateFormat", "times are not used under order row");
  if (config.minRating !== undefined && config.ratingColumn === "none") refuse("minRating", "needs --rating-column");
  if (config.weightColumn !== undefined && config.eventColumn !== undefined)
    refuse("eventColumn", "weights come from it or from --weight-column, not from both");
  if (config.eventColumn !== undefined && config.eventWeights === undefined)
    refuse("eventColumn", "needs --event-weights");
  if (config.eventWeights !== undefined) {
    if (config.eventColumn === undefined) refuse("eventWeights", "needs --event-column");
    const problem = eventWeightProblem(config.eventWeights);
    if (problem !== null) refuse("eventWeights", problem);
  }
  for (const [key, message] of featureRefusals(config)) refuse(key, message);
  if (config.negatives !== null && config.candidates === "full")
    refuse("negatives", "the full catalogue has no samples");
});

export type IngestConfig = z.output<typeof ingestSchema>;
/** As a program gives them: the block "ingest" of a config file, before defaults and checks. */
export type IngestSettings = z.input<typeof ingestSchema>;
