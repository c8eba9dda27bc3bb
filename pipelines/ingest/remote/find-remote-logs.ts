/** Which raw logs are not on this machine, told by their address. */
import { isPostgresAddress } from "../../../src/config/addresses/postgres-address.ts";
import type { IngestConfig } from "../../../src/config/schemas/ingest/ingest-schema.ts";
import type { StageContext } from "../../stage.ts";
import { databaseLog } from "./database-log.ts";
import type { RemoteLogs } from "./remote-logs.ts";

/** Null for logs on this machine. */
export async function findRemoteLogs(config: IngestConfig, context: StageContext): Promise<RemoteLogs | null> {
  const { raw } = config;
  return raw !== undefined && isPostgresAddress(raw) ? databaseLog(raw, config, context) : null;
}
