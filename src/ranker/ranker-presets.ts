/**
 * The four classic rankers as settings of the one that ranker-spec describes: what `MODEL=neumf` means
 * before any size is changed.
 */
import { checkRankerSpec, type RankerSpec } from "./ranker-spec.ts";

export const modelNames = ["mf", "gmf", "mlp", "neumf"] as const;
export type ModelName = (typeof modelNames)[number];

/** A ranker without its extents: everything but the number of users and items, which the data decides. */
export type RankerShape = Omit<RankerSpec, "users" | "items">;

export const rankerPresets: Readonly<Record<ModelName, RankerShape>> = {
  /** Matrix factorisation: a dot product of 64 dimensions and a bias for each user and item (Koren et al. 2009). */
  mf: { dot: 64, gmf: 0, embedding: 0, tower: [], idBiases: true, cosineTemperature: null },
  /** Generalised matrix factorisation: products weighed by a learned head (He et al. 2017, section 3.2). */
  gmf: { dot: 0, gmf: 8, embedding: 0, tower: [], idBiases: false, cosineTemperature: null },
  /** Tower 64-32-16-8: the two embeddings of 32 make its input of 64 (He et al. 2017, section 3.3). */
  mlp: { dot: 0, gmf: 0, embedding: 32, tower: [32, 16, 8], idBiases: false, cosineTemperature: null },
  /** GMF and MLP side by side under one head (He et al. 2017, section 3.4). */
  neumf: { dot: 0, gmf: 8, embedding: 32, tower: [32, 16, 8], idBiases: false, cosineTemperature: null },
};

/** The preset with the caller's sizes over it. Throws ConfigError naming every size that cannot make a ranker. */
export function rankerSpecOf(
  model: ModelName,
  options: { readonly users: number; readonly items: number; readonly shape?: Partial<RankerShape> },
): RankerSpec {
  const spec = { ...rankerPresets[model], ...options.shape, users: options.users, items: options.items };
  checkRankerSpec(spec);
  return spec;
}
