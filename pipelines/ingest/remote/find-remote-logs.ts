/** Which raw logs are not on this machine, told by their address. */
import { isPostgresAddress } from "../../../src/config/addresses/postgres-address.ts";
import type { IngestConfig } from "../../../src/config/schemas/ingest/ingest-schema.ts";
import type { SplitWish } from "../../../src/interactions/sources/recognise-logs.ts";
import { loadPostgresPackages } from "../../../src/postgres/load-packages.ts";
import type { StageContext } from "../../stage.ts";
import type { RemoteLogs } from "./remote-logs.ts";

/** Null for logs on this machine. */
export async function findRemoteLogs(
  config: IngestConfig,
  wish: SplitWish,
  context: StageContext,
): Promise<RemoteLogs | null> {
  const { raw } = config;
  if (raw?.startsWith("s3://")) {
    const { storedLogs } = await import("./stored-logs.ts");
    return storedLogs(raw, wish, context);
  }
  if (raw === undefined || !isPostgresAddress(raw)) return null;
  await loadPostgresPackages();
  const { databaseLog } = await import("./database-log.ts");
  return databaseLog(raw, config, context);
}
