/** A folder in which a test ingests logs it has written, and looks at what came out. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ingestStage } from "../../../pipelines/ingest/ingest.ts";
import type { StageContext, StageResult } from "../../../pipelines/stage.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { ingestSchema } from "../../../src/config/schemas/ingest/ingest-schema.ts";

export class IngestFolder {
  readonly path = mkdtempSync(path.join(tmpdir(), "ingest-"));
  readonly lines: string[] = [];
  readonly interruption = new AbortController();
  now = (): number => Date.UTC(2026, 0, 1);
  /** Of the environment. */
  variables: Readonly<Record<string, string>> = {};

  write(name: string, content: string | Uint8Array): string {
    const file = path.join(this.path, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /**
   * Runs the stage as the command line would; dataset "t", two candidates a case unless told otherwise: `candidates:
   * "auto"` leaves them open.
   */
  async ingest(flags: Record<string, string | boolean>): Promise<StageResult> {
    const defaults = { dataset: "t", "data-root": this.dataRoot };
    const isOpen = flags.candidates === "full" || flags.candidates === "auto";
    const needsNegatives = !isOpen && flags.negatives === undefined;
    const given = { ...defaults, ...(needsNegatives ? { negatives: "2" } : {}), ...flags };
    const config = parseConfig({ schema: ingestSchema, layers: [], flags: given });
    return ingestStage.run(config, this.context());
  }

  get dataRoot(): string {
    return path.join(this.path, "data");
  }

  /** What stands in the data folder, hidden files included. */
  leftovers(): string[] {
    return readdirSync(this.dataRoot).sort();
  }

  description(dataset = "t"): Record<string, unknown> {
    return JSON.parse(readFileSync(path.join(this.dataRoot, dataset, "dataset.json"), "utf8"));
  }

  /** Rows of a file of interactions as [user id, item id], in file order, with the ids of the log. */
  async pairs(part: "train" | "validation" | "test" | "profiles"): Promise<string[][]> {
    const users = await this.ids("user");
    const items = await this.ids("item");
    const columns = await readColumns(this.file(`${part}.arrow`));
    const itemColumn = columns.uint32("item");
    return Array.from(columns.uint32("user"), (user, row) => [users[user]!, items[itemColumn[row]!]!]);
  }

  async ids(kind: "user" | "item"): Promise<string[]> {
    const columns = await readColumns(this.file(`${kind}s.arrow`));
    const type = (this.description().idType as Record<string, string>)[kind]; // written by describeDataset
    return type === "integer" ? Array.from(columns.int64(`${kind}_id`), String) : [...columns.strings(`${kind}_id`)];
  }

  file(name: string): string {
    return path.join(this.dataRoot, "t", name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private context(): StageContext {
    return {
      now: this.now,
      elapsed: () => 0,
      processId: 1,
      place: "here",
      token: "this",
      isProcessAlive: () => true,
      peakMemoryBytes: () => 0,
      freeMemoryBytes: () => Number.POSITIVE_INFINITY,
      log: (line) => void this.lines.push(line),
      report: () => {},
      terminal: null,
      signal: this.interruption.signal,
      recommendations: [],
      choices: [],
      givenAsFlags: [],
      environment: { packageVersion: "0", node: "", platform: "", gitCommit: null, variables: this.variables },
    };
  }
}
