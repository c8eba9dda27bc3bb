/** Settings of `train` that say which paths a ranker has, and how wide: what is not given is the model's own. */
import { z } from "zod";
import { setting } from "../setting.ts";
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
