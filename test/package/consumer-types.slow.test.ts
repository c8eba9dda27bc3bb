/** Types of the packed package as programs see them: every entry, imported and required, without skipLibCheck. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { installInto, packedPackage } from "../support/stages/packed-package.ts";

const compiler = path.resolve(import.meta.dirname, "../../node_modules/typescript/bin/tsc");
/** Its types are made of those of TensorFlow.js, which do not pass without skipLibCheck. */
const WITH_FAULTS_OF_OTHERS = "./tfjs";

/** What the types must say of the root entry; each line fails to compile where they do not. */
const uses = `
import { ConfigError, ingest, loadRanker, score, train, type StageEvent, type TrainResult } from "lawn-ranker";
import type { TrainingSession } from "lawn-ranker/engine";

export async function use(): Promise<string> {
  const { users, status } = await ingest({ dataset: "shop" });
  const seen: number = users;
  // @ts-expect-error an unknown setting
  await train({ dataset: "shop", epoch: 3 });
  const result: TrainResult = await train({ dataset: "shop", epochs: 3 }, { signal: AbortSignal.abort(), progress });
  const accuracy: number | undefined = result.metrics?.["HR@10"];
  const { output } = await score({ run: result.run, output: "lists.csv" });
  const { folder } = await score({ run: result.run, output: "lists.csv", shard: "1/3" });
  // @ts-expect-error of a shard alone
  (await score({ run: result.run, output: "lists.csv" })).wasFinished;
  using ranker = await loadRanker(result.run);
  const { items } = await ranker.top(17, { k: 3 });
  const error = new ConfigError("a problem");
  const same: ConfigError = error;
  return [seen, status, accuracy, output, folder, items[0]?.item, same.problems.length].join();
}

function progress(event: StageEvent): void {
  if (event.kind === "epoch") console.log(event.loss + (event.validation?.["HR@10"] ?? 0));
  else if (event.kind === "split") console.log(event.train + event.test);
  // @ts-expect-error of lines alone
  else event.line;
}

export function close(session: TrainingSession): void {
  session[Symbol.dispose]();
}
`;

describe("a TypeScript program", () => {
  let folder: string;
  let entries: readonly string[];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "consumer-"));
    await installInto(folder, ["@types"]);
    const manifest: { exports: Record<string, unknown> } = JSON.parse(
      readFileSync(path.join(await packedPackage(), "package.json"), "utf8"),
    );
    entries = Object.keys(manifest.exports).filter((name) => name !== "./package.json");
    expect(entries.length).toBeGreaterThan(5);
    const strict = entries.filter((name) => name !== WITH_FAULTS_OF_OTHERS).map(nameOf);
    writeFileSync(path.join(folder, "imports.mts"), [...strict.map(imported), uses].join("\n"));
    writeFileSync(path.join(folder, "bundled.ts"), [...strict.map(imported), uses].join("\n"));
    writeFileSync(path.join(folder, "requires.cts"), [...strict.map(required), uses].join("\n"));
    const lenient = nameOf(WITH_FAULTS_OF_OTHERS);
    writeFileSync(path.join(folder, "tfjs.mts"), imported(lenient, 0));
    writeFileSync(path.join(folder, "tfjs.cts"), required(lenient, 0));
  }, 240_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ["node16", ["--module", "node16"], ["imports.mts", "requires.cts"], ["tfjs.mts", "tfjs.cts"]],
    ["nodenext", ["--module", "nodenext"], ["imports.mts", "requires.cts"], ["tfjs.mts", "tfjs.cts"]],
    ["bundler", ["--module", "esnext", "--moduleResolution", "bundler"], ["bundled.ts"], ["tfjs.mts"]],
  ])(
    "sees every entry under %s",
    (_, flags, strict, lenient) => {
      expect(problems([...flags, "--skipLibCheck", "false"], strict)).toBe("");
      expect(problems([...flags, "--skipLibCheck", "true"], lenient)).toBe("");
    },
    120_000,
  );

  it("would be told of a require that has no types", () => {
    writeFileSync(path.join(folder, "none.cts"), 'import none = require("lawn-ranker/none");\nexport { none };\n');
    expect(problems(["--module", "node16"], ["none.cts"])).toContain("TS2307");
  }, 60_000);

  /** What the compiler says, which is nothing where all is well. */
  function problems(flags: readonly string[], files: readonly string[]): string {
    const args = [compiler, "--noEmit", "--strict", "--target", "es2022", "--types", "node", ...flags, ...files];
    try {
      return execFileSync(process.execPath, args, {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    } catch (error) {
      return String((error as { stdout?: unknown }).stdout);
    }
  }
});

const nameOf = (entry: string): string => path.posix.join("lawn-ranker", entry);
const imported = (name: string, index: number): string =>
  `import * as entry${index} from "${name}";\nexport { entry${index} };`;
const required = (name: string, index: number): string =>
  `import entry${index} = require("${name}");\nexport { entry${index} };`;
