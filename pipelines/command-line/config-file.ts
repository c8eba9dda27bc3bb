/** --config FILE: one stage's settings as JSON, or a block of settings for each stage by name. */
import { readFile } from "node:fs/promises";
import { isRecord } from "../../src/config/is-record.ts";
import { nearestName } from "../../src/config/nearest-name.ts";
import type { ConfigLayer } from "../../src/config/parse.ts";
import { ConfigError, messageOf } from "../../src/errors.ts";

/** The settings for `stage`. Throws ConfigError when the file is missing, not JSON, or has a block of no stage. */
export async function readConfigFile(file: string, stage: string, stages: readonly string[]): Promise<ConfigLayer> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`--config ${file}: ${error.code === "ENOENT" ? "no such file" : error.message}`);
  });
  return { source: file, values: settingsFor(stage, parseJson(text, file), file, stages) };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = messageOf(error);
    throw new ConfigError(`--config ${file}${lineOf(text, reason)} is not JSON: ${reason}`);
  }
}

/** Node names a place by its position only, and not always; later versions add the line themselves. */
function lineOf(text: string, reason: string): string {
  const position = / at position (\d+)/.exec(reason)?.[1];
  return position === undefined ? "" : `:${text.slice(0, Number(position)).split("\n").length}`;
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
