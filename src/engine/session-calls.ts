/** The calls of a session: one at a time, in the order made, none once it is closed, and with errors of our own alone. */
import { EngineError } from "../errors.ts";
import { ownError } from "./own-errors.ts";
import { createSerialQueue, type SerialQueue } from "./serial-queue.ts";

export interface SessionCalls {
  /** Refused with an EngineError where the session is closed by the time its turn comes. */
  readonly inTurn: SerialQueue;
  /** Refused where the session is closed when it is made: what was asked before is still answered. */
  readonly ifOpen: SerialQueue;
  isClosed(): boolean;
  /** For work that went on for a while: throws EngineError where the session was closed meanwhile. */
  checkStillOpen(doing: string): void;
  /** The first time, `release` runs behind the work under way. */
  close(release?: () => void): void;
}

/** `session` as messages name it; `beforeEach` runs at the beginning of every turn, and may refuse it. */
export function createSessionCalls(
  session: "training session" | "scoring session",
  beforeEach: () => void = () => {},
): SessionCalls {
  const queue = createSerialQueue();
  const enqueue: SerialQueue = (work) =>
    queue(work).catch((error: unknown) => {
      throw ownError(`the ${session} failed`, error);
    });
  let isClosed = false;
  const check = (): void => {
    if (isClosed) throw new EngineError(`the ${session} is closed`);
  };
  return {
    inTurn: (work) =>
      enqueue(async () => {
        check();
        beforeEach();
        return work();
      }),
    async ifOpen(work) {
      check();
      return enqueue(async () => {
        beforeEach();
        return work();
      });
    },
    isClosed: () => isClosed,
    checkStillOpen(doing) {
      if (isClosed) throw new EngineError(`the ${session} was closed while it ${doing}`);
    },
    close(release = () => {}) {
      if (isClosed) return;
      isClosed = true;
      void enqueue(async () => release());
    },
  };
}
