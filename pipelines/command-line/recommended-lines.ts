/** What is said of settings that the program chose itself: each by its flag, with the reason. */
import { type SettingGroup, settingsOf } from "../../src/config/setting-tree.ts";
import type { RecommendedLayer } from "../stage.ts";

export function recommendedLines({ source, values, choices }: RecommendedLayer, tree: SettingGroup): readonly string[] {
  if (choices.length === 0) return [`settings from ${source}: ${JSON.stringify(values)}`];
  const settings = settingsOf(tree);
  const rows = choices.map(({ path, value, reason }) => {
    const flag = settings.find((setting) => setting.path.join(".") === path.join("."))?.flag;
    return { words: flag ? `--${flag} ${value}` : `${path.join(".")} ${value}`, reason };
  });
  const width = Math.max(...rows.map(({ words }) => words.length));
  return [
    `settings from ${source}; your own flag or file wins:`,
    ...rows.map(({ words, reason }) => `  ${words.padEnd(width)}  ${reason}`),
  ];
}
