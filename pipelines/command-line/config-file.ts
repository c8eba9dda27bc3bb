/** --config FILE: one stage's settings as JSON, or a block of settings for each stage by name. */
import { isRecord } from "../../src/config/is-record.ts";
import { nearestName } from "../../src/config/nearest-name.ts";
import type { ConfigLayer } from "../../src/config/parse.ts";
import { ConfigError } from "../../src/errors.ts";
import { readGivenJson } from "../../src/files/json-file.ts";

/** The settings for `stage`. Throws ConfigError when the file is missing, not JSON, or has a block of no stage. */
export async function readConfigFile(file: string, stage: string, stages: readonly string[]): Promise<ConfigLayer> {
  return { source: file, values: settingsFor(stage, await readGivenJson(file, "--config"), file, stages) };
}

function settingsFor(stage: string, content: unknown, file: string, stages: readonly string[]): unknown {
  if (!isRecord(content)) return content;
  const blocks = new Map<string, unknown>(Object.entries(content));
  const isBlocks = [...blocks.keys()].some((key) => stages.includes(key));
  if (!isBlocks) return content;
  const unknown = [...blocks.keys()].filter((key) => !stages.includes(key));
  if (unknown.length > 0) {
    const lines = unknown.map((key) => {
      const nearest = nearestName(key, stages);
      return `${file}: block ${key} is unknown${nearest === null ? `, expected one of ${stages.join(", ")}` : ` (${nearest}?)`}`;
    });
    throw new ConfigError(lines.join("\n"));
  }
  return blocks.get(stage) ?? {};
}
