/** What rank 0 tells the others: the next thing that all do together. */
import type { Batch } from "../../dataset/batch.ts";
import type { CatalogueQuestions } from "../../ranker/catalogue-ranks.ts";
import type { SessionOptions, StepSpan } from "../engine.ts";
import type { InstructionSet } from "../native/native-machine.ts";

/** `id` numbers the sessions of a job. */
export type RankMessage =
  | {
      readonly kind: "open";
      readonly id: number;
      readonly options: SessionOptions;
      /** Of rank 0: another one adds in another order. */
      readonly instructionSet: InstructionSet;
    }
  | { readonly kind: "train"; readonly id: number; readonly span: StepSpan }
  | { readonly kind: "step"; readonly id: number; readonly batch: Batch; readonly learningRate: number }
  | { readonly kind: "ranks"; readonly id: number; readonly questions: CatalogueQuestions }
  | { readonly kind: "close"; readonly id: number }
  /** The job is over. */
  | { readonly kind: "end" };
