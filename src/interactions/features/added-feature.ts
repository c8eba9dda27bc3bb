/** A feature on its way into the matrix of a side: what it is made from, and what comes out. */
import type { FeatureSchema } from "../../ranker/feature-schema.ts";
import type { ChosenFeature } from "./propose-kinds.ts";

export interface FeatureRules {
  /** Entities of train that a value needs for a row of its own. */
  readonly minCount: number;
  /** Values of a list beyond so many are left out. */
  readonly listLimit: number;
  readonly hasDecimalCommas: boolean;
}

/** What was noticed of a feature. */
export interface FeatureCounts {
  /** Entities without a value that says something: no row, no value, or one that cannot be used. */
  readonly missing: number;
  /** Of numbers: values that are none. */
  readonly unreadable: number;
  /** Distinct values that too few entities of train have. */
  readonly rareValues: number;
  /** Distinct values that no entity of train has. */
  readonly unknownValues: number;
  /** Lists with more values than the limit. */
  readonly cutLists: number;
}

/** A feature's place in the matrix, its entries as SQL of (entity, row, weight), and what was noticed. */
export interface AddedFeature {
  readonly schema: FeatureSchema;
  readonly entries: string;
  readonly counts: Omit<FeatureCounts, "missing">;
}

export interface FeatureColumn {
  readonly feature: ChosenFeature;
  /** Table of known-entities.ts. */
  readonly table: string;
  readonly firstRow: number;
  readonly rules: FeatureRules;
}
