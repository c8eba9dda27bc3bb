/**
 * The native engine on several ranks, as rank 0 sees it: an engine like others. What all have to do together (steps,
 * ranks of catalogues) it tells the others first (follow-rank.ts); what one can do alone (snapshots, single scores) it
 * does alone, for every rank holds everything. A session gives the bits of one process, whatever the number of ranks.
 */
import { checkedBatch, checkLearningRate } from "../check-batch.ts";
import { checkedSessionOptions, checkedSpan } from "../check-session-options.ts";
import { checkedQuestions } from "../check-top-request.ts";
import { closedBy } from "../closable.ts";
import type { Engine, SessionOptions, TrainingSession } from "../engine.ts";
import type { NativeEngine } from "../native/native-engine.ts";
import type { InstructionSet } from "../native/native-machine.ts";
import type { NativeTrainingSession } from "../native/native-session.ts";
import { createSerialQueue } from "../serial-queue.ts";
import { createSessionCalls } from "../session-calls.ts";
import type { RankMessage } from "./rank-message.ts";
import type { Ranks } from "./ranks.ts";
import { rankInShares } from "./shared-ranks.ts";

/** `engine` must have been opened with the exchange of `ranks`. */
export function openMpiEngine(engine: NativeEngine, ranks: Ranks): Engine {
  let sessions = 0;
  const inOrder = createSerialQueue(); // of all sessions: ranks meet in one order
  const instructionSet = engine.machine.instructionSet as InstructionSet; // which is how it was found
  const send = (message: RankMessage): Promise<void> => ranks.send(message);
  /** What fails here, once others have been told, leaves them waiting. */
  const together = <T>(message: RankMessage, work: () => Promise<T>): Promise<T> =>
    inOrder(async () => {
      try {
        await send(message);
        return await work();
      } catch (error) {
        ranks.fail();
        throw error;
      }
    });

  function lead(session: NativeTrainingSession, id: number, options: SessionOptions): TrainingSession {
    const { spec, loss, source } = options;
    const { inTurn, isClosed, close } = createSessionCalls("training session");
    let steps = 0;
    const { pairs, catalogue, top } = session.scorer;
    return {
      step: (given, learningRate) =>
        inTurn(async () => {
          checkLearningRate(learningRate);
          const batch = checkedBatch(given, loss.name, spec);
          steps++;
          return together({ kind: "step", id, batch, learningRate }, () => session.step(batch, learningRate));
        }),

      train: (given) =>
        inTurn(async () => {
          const { epoch, firstStep, learningRates } = checkedSpan(source, given);
          const span = { epoch, firstStep, learningRates };
          steps += learningRates.length;
          return together({ kind: "train", id, span }, () => session.train(span));
        }),

      gradient: (batch) => inTurn(() => session.gradient(batch)),

      scorer: {
        users: spec.users,
        items: spec.items,
        pairs: (users, items) => inTurn(() => pairs(users, items)),
        catalogue: (users) => inTurn(() => catalogue(users)),
        top: (request) => inTurn(() => top(request)),
        ranks: (given) =>
          inTurn(async () => {
            const questions = checkedQuestions(given, spec);
            return together({ kind: "ranks", id, questions }, () => rankInShares(session.scorer, questions, ranks));
          }),
      },

      snapshot: () => inTurn(() => session.snapshot()),

      exchanged: () => ({ ranks: ranks.ranks, steps, bytes: session.exchangedBytes() }),

      ...closedBy(() => {
        if (isClosed()) return;
        close(() => {
          session.close();
          void inOrder(() => send({ kind: "close", id }));
        });
      }),
    };
  }

  return {
    name: engine.name,
    description: `${engine.description}; ${ranks.ranks} rank${ranks.ranks === 1 ? "" : "s"} of ${ranks.library}`,
    async open(given) {
      const options = checkedSessionOptions(given);
      const session = await engine.open(options);
      const id = sessions++;
      return together({ kind: "open", id, options, instructionSet }, async () => lead(session, id, options));
    },
  };
}
