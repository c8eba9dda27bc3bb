/** Baselines as people write them. */
import type { BaselineName } from "../../config/baseline-settings.ts";

const TITLES: Readonly<Record<BaselineName, string>> = {
  random: "random",
  popularity: "popularity",
  "item-knn": "item-KNN",
  "pure-svd": "PureSVD",
  ials: "iALS",
  ease: "EASE",
};

/** Such as "item-KNN" of "item-knn"; any other name stays as it is. */
export function baselineTitle(name: string): string {
  return Object.hasOwn(TITLES, name) ? TITLES[name as BaselineName] : name; // it is one of the keys
}
