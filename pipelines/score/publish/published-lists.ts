/** What goes to a database, and what is known of it when it is there. */
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

export interface PublishedLists {
  readonly rows: number;
  /** Of what was sent, in the form that the database gives back. */
  readonly bytes: number;
  readonly sha256: string;
}
