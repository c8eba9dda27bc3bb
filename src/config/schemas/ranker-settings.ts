/** Settings of `train` that say which paths a ranker has and how wide, the model's own where not given; and of what. */
import { z } from "zod";
import { setting } from "../setting.ts";
import { trainSetting } from "../train-role.ts";
import { similaritySettings } from "./loss-settings.ts";

const width = z.int().min(0);

export const rankerSettings = z.object({
  dot: setting(width.optional(), {
    flag: "dot",
    fitsLog: true,
    meaning: "Width of the dot-product path; 0 leaves it out",
  }),
  gmf: setting(width.optional(), {
    flag: "gmf",
    meaning: "Width of the GMF path; 0 leaves it out; the model's own unless given",
  }),
  embedding: setting(width.optional(), {
    flag: "embedding",
    meaning: "Width of the user and of the item embedding that feed the tower; the model's own unless given",
  }),
  tower: setting(z.array(z.int().min(1)).optional(), {
    flag: "tower",
    meaning: "Widths of the tower's hidden layers, such as 32,16,8; none for no layer; the model's own unless given",
  }),
  idBiases: setting(z.boolean().optional(), {
    flag: "id-biases",
    off: "No bias for a user or an item",
    meaning: "A bias for each user and each item; the model's own unless given",
  }),
  ...similaritySettings,
});

/** What of a dataset's features a ranker is trained with, and how it learns to do with them alone. */
export const featuresSettings = {
  features: trainSetting(z.enum(["all", "none"]).optional(), {
    flag: "features",
    meaning: "Features of users and items that the dataset has: all, also where it is left open, or none",
    role: "variable",
  }),
  idDropout: trainSetting(z.number().min(0).lt(1).optional(), {
    flag: "id-dropout",
    meaning:
      "Share of each batch's users and items that are without their id, so that features learn to stand alone, as for new items; 0 unless given",
    role: "variable",
  }),
};
