/** The command `completion`: a script that teaches a shell the commands, flags and values of all stages. */
import { completionSchema } from "../../../src/config/schemas/completion-schema.ts";
import type { Stage } from "../../stage.ts";
import type { StageEntry } from "../stage-entry.ts";
import { bashCompletion } from "./bash-completion.ts";
import { completionWords } from "./completion-words.ts";
import { fishCompletion } from "./fish-completion.ts";
import { zshCompletion } from "./zsh-completion.ts";

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export function completionStage(entries: readonly StageEntry[]): Stage<typeof completionSchema> {
  return {
    name: "completion",
    schema: completionSchema,
    async run({ shell }) {
      const script = scripts[shell](await completionWords(entries));
      return { json: { stage: "completion", shell, script }, text: script };
    },
  };
}
