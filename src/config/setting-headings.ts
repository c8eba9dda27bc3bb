/** The headings under which help shows settings: once, so that one word means the same under every command. */

export const settingHeadings = [
  "Data",
  "Run",
  "Folders",
  "Download",
  "Columns",
  "Text files",
  "Cleaning",
  "Split",
  "Evaluation candidates",
  "Titles and features",
  "Ranker",
  "Loss and negatives",
  "Optimizer",
  "Learning-rate schedule",
  "LAWN",
  "Length of training",
  "Warm start",
  "Engine",
  "Memory",
  "Validation and test",
  "Baseline",
  "Records and checkpoints",
  "Users",
  "Items",
  "Output",
  "Formats",
  "Search index",
  "Study",
  "Trials",
  "Page",
  "Several machines",
  "Queue",
  "Worker",
  "What is checked",
  "Size",
  "Shell",
] as const;

export type SettingHeading = (typeof settingHeadings)[number];

export function isHeading(text: unknown): text is SettingHeading {
  return settingHeadings.some((heading) => heading === text);
}
