/** Raw logs that are not on this machine: an ingest knows what they are when it plans, and brings them when needed. */
import type { LogPlan } from "../../../src/interactions/sources/recognise-logs.ts";
import type { TypedLayout } from "../../../src/interactions/sources/text/typed-rows.ts";
import type { SourceRecord } from "../check-up-to-date.ts";

export interface RemoteLogs {
  readonly plan: LogPlan;
  /**
   * Brings the named files of the plan into `folder`, which is there. Null where they are certainly those of `former`,
   * as far as can be told without reading them.
   */
  bring(names: readonly string[], folder: string, former: readonly SourceRecord[] | null): Promise<BroughtLogs | null>;
}

export interface BroughtLogs {
  /** In the order of the names; each says by `origin` where it lay. */
  readonly records: readonly SourceRecord[];
  /** Of rows that come with the types of their columns; null where the bytes of the files say what they are. */
  readonly layout: TypedLayout | null;
}
