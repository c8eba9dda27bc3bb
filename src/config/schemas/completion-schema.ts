/** The setting of `completion`. */
import { z } from "zod";
import { setting } from "../setting.ts";

export const completionSchema = z.object({
  shell: setting(z.enum(["bash", "zsh", "fish"]), {
    flag: "shell",
    heading: "Shell",
    isArgument: true,
    meaning:
      "Shell to complete in: source <(lawn-ranker completion bash), or the same of zsh; of fish, pipe it to source",
  }),
});

export type CompletionConfig = z.output<typeof completionSchema>;
