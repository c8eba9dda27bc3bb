/** Which columns the user has named, of a log wherever it is. */
import type { IngestConfig } from "../../src/config/schemas/ingest/ingest-schema.ts";
import type { ColumnRequest } from "../../src/interactions/sources/choose-columns.ts";

export function requestedColumns(config: IngestConfig): ColumnRequest {
  return {
    user: config.userColumn,
    item: config.itemColumn,
    time: config.timeColumn,
    rating: config.ratingColumn,
    weight: config.weightColumn,
    event: config.eventColumn,
  };
}
