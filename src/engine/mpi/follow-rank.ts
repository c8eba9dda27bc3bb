/** What every rank but the first does: as rank 0 says, until it says that the job is over. */
import { EngineError } from "../../errors.ts";
import { openNativeEngine } from "../native/native-engine.ts";
import type { NativeTrainingSession } from "../native/native-session.ts";
import type { RankMessage } from "./rank-message.ts";
import type { Ranks } from "./ranks.ts";
import { rankInShares } from "./shared-ranks.ts";

/** Null threads leave their number to the engine. `log` is told once what computes here. Throws what fails here. */
export async function followRank(ranks: Ranks, threads: number | null, log: (line: string) => void): Promise<void> {
  const sessions = new Map<number, NativeTrainingSession>();
  const sessionOf = (id: number): NativeTrainingSession => {
    const session = sessions.get(id);
    if (session === undefined) throw new EngineError(`MPI: rank 0 speaks of session ${id}, which is not open`);
    return session;
  };
  let isFirst = true;
  for (;;) {
    const message = (await ranks.receive()) as RankMessage; // of this very program, as rank 0 sent it
    switch (message.kind) {
      case "open": {
        const { instructionSet, options, id } = message;
        const { exchange } = ranks;
        const engine = openNativeEngine({ instructionSet, exchange, ...(threads === null ? {} : { threads }) });
        if (isFirst) log(engine.description);
        isFirst = false;
        sessions.set(id, await engine.open(options));
        break;
      }
      case "train":
        await sessionOf(message.id).train(message.span);
        break;
      case "step":
        await sessionOf(message.id).step(message.batch, message.learningRate);
        break;
      case "ranks":
        await rankInShares(sessionOf(message.id).scorer, message.questions, ranks);
        break;
      case "close":
        sessionOf(message.id).close();
        sessions.delete(message.id);
        break;
      case "end":
        for (const session of sessions.values()) session.close();
        return;
      default:
        message satisfies never;
    }
  }
}
