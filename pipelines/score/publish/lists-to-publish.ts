/** What goes to a database. */
import type { RecommendationRows, RecommendationShape } from "../output/recommendations.ts";

export interface ListsToPublish {
  readonly shape: RecommendationShape;
  /** From the first one on; may be called again. Users follow each other, each one's rows by rank. */
  rows(): AsyncIterable<RecommendationRows>;
  /** One line: what made them, for who looks at the database. */
  readonly about: string;
  /** sha256 of the rows. */
  readonly content: string;
}
