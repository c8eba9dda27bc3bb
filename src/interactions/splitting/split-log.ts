/** The split the settings ask for, on a cleaned log, with what it leaks. */
import { ConfigError, DataError } from "../../errors.ts";
import type { InteractionLog, KeptRows } from "../interaction-log.ts";
import { type ColdItems, findColdItems } from "./cold-items.ts";
import { findLeaks, type Leaks } from "./leaks.ts";
import { dropColdUsersInPlace } from "./renumber.ts";
import { SPLIT_PART, type SplitRows } from "./split.ts";
import { splitAsGiven } from "./split-as-given.ts";
import { splitByItems } from "./split-by-items.ts";
import { splitByRatio } from "./split-by-ratio.ts";
import { splitByTime, type TimeCut } from "./split-by-time.ts";
import { splitByUsers } from "./split-by-users.ts";
import { splitLeaveLastOut } from "./split-leave-last-out.ts";

export type SplitRequest =
  | { readonly kind: "leave-last-out"; readonly rowsAreInOrder: boolean }
  | { readonly kind: "time"; readonly cut: TimeCut }
  | {
      readonly kind: "ratio";
      readonly by: "user" | "overall";
      readonly validationShare: number;
      readonly testShare: number;
      readonly seed: number;
    }
  | {
      readonly kind: "users";
      readonly share: number;
      readonly positives: "newest" | number;
      readonly rowsAreInOrder: boolean;
      readonly seed: number;
    }
  | { readonly kind: "items"; readonly share: number; readonly seed: number }
  | {
      readonly kind: "given";
      readonly hasValidationFile: boolean;
      readonly validationShare: number | null;
      readonly rowsAreInOrder: boolean;
      readonly seed: number;
    };

export interface SplitLog extends SplitRows {
  readonly kind: SplitRequest["kind"];
  readonly leaks: Leaks;
  /** Users who have validation or test rows but none in train; those rows were left out. */
  readonly coldUsers: { readonly users: number; readonly rows: number };
  readonly coldItems: ColdItems;
}

export function splitLog(log: InteractionLog, kept: KeptRows, request: SplitRequest): SplitLog {
  const split = splitRows(log, kept, request);
  const coldUsers = dropColdUsersInPlace(log, split.parts);
  for (const part of ["train", "validation", "test"] as const) {
    if (!split.parts.includes(SPLIT_PART[part])) {
      throw new DataError(`the split (${request.kind}: ${split.rule}) leaves no ${part} rows; ${remedyFor(request)}`);
    }
  }
  const leaks = findLeaks(log, split.parts);
  const coldItems = findColdItems(log, split.parts);
  return {
    ...split,
    kind: request.kind,
    leaks,
    coldUsers,
    coldItems,
    warnings: [...split.warnings, ...leaks.warnings],
  };
}

const REMEDY: Readonly<Record<SplitRequest["kind"], string>> = {
  "leave-last-out": "no user has enough rows; take more of the log, or use --split ratio",
  time: "move --validation-from and --test-from, or change the shares",
  ratio: "raise --validation-share or --test-share",
  users: "raise --held-out-users, or lower it where nobody is left to train on",
  items: "raise --held-out-items, or lower it where nothing is left to train on",
  given: "look at the files, or let ingest split with --split",
};

function remedyFor(request: SplitRequest): string {
  const isByUser = request.kind === "ratio" && request.by === "user";
  return `${REMEDY[request.kind]}${isByUser ? ", or use --ratio-by overall" : ""}`;
}

function splitRows(log: InteractionLog, kept: KeptRows, request: SplitRequest): SplitRows {
  switch (request.kind) {
    case "leave-last-out":
      if (log.timesMs === null && !request.rowsAreInOrder) {
        throw new ConfigError(
          "split leave-last-out needs to know what is newest, but the log has no times: set --time-column, or --order row if each user's rows stand oldest first, or --split ratio",
        );
      }
      return splitLeaveLastOut(log, kept);
    case "time":
      return splitByTime(log, kept, request.cut);
    case "ratio":
      return splitByRatio(log, kept, request);
    case "users":
      if (request.positives === "newest" && log.timesMs === null && !request.rowsAreInOrder) {
        throw new ConfigError(
          "--held-out-rows newest needs to know what is newest, but the log has no times: set --time-column, or --order row if each user's rows stand oldest first, or take a share such as 0.2",
        );
      }
      return splitByUsers(log, kept, request);
    case "items":
      return splitByItems(log, kept, request);
    case "given":
      return splitAsGiven(log, kept, {
        hasValidationFile: request.hasValidationFile,
        validationShare: request.validationShare,
        isOrdered: request.rowsAreInOrder || timesDiffer(log),
        seed: request.seed,
      });
    default:
      return request satisfies never;
  }
}

/** Some published logs have a time column that holds one value throughout, which orders nothing. */
function timesDiffer({ timesMs }: InteractionLog): boolean {
  return timesMs?.some((time) => time !== timesMs[0]) ?? false;
}
