/** Arguments that no flag of a stage takes: named one by one, with the flag that may have been meant. */
import { nearestName } from "../../src/config/nearest-name.ts";
import { foundText } from "../../src/config/value-text.ts";

/** A line for each unknown flag or word. The word after an unknown flag is taken for its value. */
export function strayProblems(strays: readonly string[], knownFlags: readonly string[]): readonly string[] {
  const problems: string[] = [];
  for (const [k, stray] of strays.entries()) {
    if (!stray.startsWith("-")) {
      if (!strays[k - 1]?.startsWith("--"))
        problems.push(`${foundText(stray)} is not expected here; settings are given as --name value`);
      continue;
    }
    const name = stray.replace(/^--?/, "").replace(/=.*$/s, "");
    const nearest = nearestName(name, knownFlags);
    problems.push(`--${name} is unknown${nearest === null ? "" : ` (--${nearest}?)`}`);
  }
  return problems;
}
