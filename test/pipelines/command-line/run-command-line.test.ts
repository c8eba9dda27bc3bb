import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { runCommandLine } from "../../../pipelines/command-line/run-command-line.ts";
import type { StageEntry } from "../../../pipelines/command-line/stage-entry.ts";
import type { Terminal } from "../../../pipelines/command-line/terminal.ts";
import type { OutsideWorld, Stage } from "../../../pipelines/stage.ts";
import { setting } from "../../../src/config/setting.ts";
import { ConfigError, DataError, EngineError } from "../../../src/errors.ts";

const schema = z.object({
  batchSize: setting(z.int().min(1).default(256), { flag: "batch-size", meaning: "Samples a step", unit: "samples" }),
  tower: setting(z.array(z.int().min(1)).default([32, 16]), { flag: "tower", meaning: "Widths" }),
  optimizer: z
    .object({
      name: setting(z.enum(["adam", "sgd"]).default("adam"), { flag: "optimizer", meaning: "Rule" }),
      learningRate: setting(z.number().positive().default(1e-3), { flag: "learning-rate", meaning: "Rate" }),
    })
    .prefault({}),
  force: setting(z.boolean().default(false), { flag: "force", meaning: "Do it again" }),
  shuffle: setting(z.boolean().default(true), { flag: "shuffle", meaning: "Shuffle", off: "Leave the order" }),
  fail: setting(z.enum(["config", "data", "engine", "disk", "bug", "abort", "no"]).default("no"), {
    flag: "fail",
    meaning: "How to fail",
  }),
});

const echo: Stage<typeof schema> = {
  name: "echo",
  schema,
  run: async (config, context) => {
    context.log("working");
    switch (config.fail) {
      case "config":
        throw new ConfigError("one thing\nanother thing");
      case "data":
        throw new DataError("u.data:3: bad");
      case "engine":
        throw new EngineError("cannot");
      case "disk":
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
      case "bug":
        throw new TypeError("x is undefined");
      case "abort":
        throw new DOMException("aborted", "AbortError");
      case "no":
        return { json: { config }, text: "two\nlines", exitCode: config.force ? 130 : 0 };
      default:
        return config.fail satisfies never;
    }
  },
};

const stages: readonly StageEntry[] = [
  { name: "echo", summary: "gives its settings back", schema: async () => schema, load: async () => echo },
  {
    name: "flags",
    summary: "says which settings were flags",
    schema: async () => schema,
    load: async () => ({
      ...{ name: "flags", schema },
      run: async (_, { givenAsFlags }) => ({ json: {}, text: givenAsFlags.join(" ") }),
    }),
  },
  {
    name: "never",
    summary: "must not be loaded",
    schema: async () => {
      throw new Error("its settings were read although it was not called");
    },
    load: async () => {
      throw new Error("loaded although it was not called");
    },
  },
];

const call = (...argv: string[]) => callOf(stages, ...argv);

async function callOf(
  entries: readonly StageEntry[],
  ...argv: string[]
): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const terminal: Terminal = {
    version: "1.2.3",
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    context: ({ quiet }): OutsideWorld => ({
      now: () => 0,
      elapsed: () => 0,
      peakMemoryBytes: () => 0,
      freeMemoryBytes: () => Number.POSITIVE_INFINITY,
      report: () => {},
      log: (line) => {
        if (!quiet) err += `${line}\n`;
      },
      terminal: null,
      processId: 1,
      place: "here",
      token: "this",
      isProcessAlive: () => true,
      signal: new AbortController().signal,
      environment: { packageVersion: "1.2.3", node: "v20", platform: "test", gitCommit: null, variables: {} },
    }),
  };
  return { status: await runCommandLine(argv, entries, terminal), out, err };
}

describe("the command line", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lawn-ranker-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (content: string): string => {
    const path = join(folder, "config.json");
    writeFileSync(path, content);
    return path;
  };

  it("runs a stage with its defaults and prints its text", async () => {
    expect(await call("echo")).toEqual({ status: 0, out: "two\nlines\n", err: "working\n" });
  });

  it("tells a stage which settings were flags and not of a file", async () => {
    const config = file('{ "batchSize": 3, "optimizer": { "name": "sgd" } }');
    const { out } = await call("flags", "--config", config, "--learning-rate", "0.1", "--no-shuffle");
    expect(out).toBe("optimizer.learningRate shuffle\n");
  });

  it("prints one JSON line under --json and no reports under --quiet", async () => {
    const { out, err } = await call(
      "echo",
      "--json",
      "--quiet",
      "--batch-size",
      "8",
      "--tower",
      "4, 2",
      "--no-shuffle",
    );
    expect(JSON.parse(out).config).toMatchObject({ batchSize: 8, tower: [4, 2], shuffle: false, force: false });
    expect(out.trimEnd()).not.toContain("\n");
    expect(err).toBe("");
  });

  it("prints nothing under --quiet, but what did not go well", async () => {
    expect(await call("echo", "--quiet")).toEqual({ status: 0, out: "", err: "" });
    expect(await call("echo", "--quiet", "--force")).toEqual({ status: 130, out: "two\nlines\n", err: "" });
  });

  it("lets flags win over the config file, setting by setting", async () => {
    const path = file('{"batchSize": 4, "optimizer": {"name": "sgd", "learningRate": 0.5}}');
    const { out } = await call("echo", "--json", "--config", path, "--learning-rate", "1e-2");
    expect(JSON.parse(out).config).toMatchObject({ batchSize: 4, optimizer: { name: "sgd", learningRate: 0.01 } });
  });

  it("takes its own block from a file with a block for each stage", async () => {
    const { out } = await call("echo", "--json", "--config", file('{"never": {"x": 1}, "echo": {"batchSize": 5}}'));
    expect(JSON.parse(out).config.batchSize).toBe(5);
    const misspelt = await call("echo", "--config", file('{"nevr": {}, "echo": {}}'));
    expect(misspelt.err).toContain("block nevr is unknown (never?)");
    expect(misspelt.status).toBe(2);
  });

  it("reports every problem at once: unknown flags, stray words, unknown keys, bad values", async () => {
    const path = file('{"optimizer": {"learningRat": 1}, "tower": [0]}');
    const { status, err } = await call("echo", "extra", "--config", path, "--bach-size", "3", "--optimizer", "adm");
    expect(status).toBe(2);
    expect(err).toContain("--bach-size is unknown (--batch-size?)");
    expect(err).toContain('"extra" is not expected here');
    expect(err).toContain(`${path}: optimizer.learningRat is unknown (learningRate?)`);
    expect(err).toContain(`tower is [0] in ${path}, expected a list, each a whole number of at least 1`);
    expect(err).toContain('--optimizer is "adm", expected one of adam, sgd');
    expect(err).not.toContain('"3"'); // the unknown flag's value is not a second problem
  });

  it("refuses a config file that is missing, not JSON or not an object", async () => {
    expect(await call("echo", "--config", join(folder, "none.json"))).toMatchObject({ status: 2 });
    expect((await call("echo", "--config", join(folder, "none.json"))).err).toContain("no such file");
    expect((await call("echo", "--config", file("{batchSize: 1}"))).err).toContain("is not JSON");
    expect((await call("echo", "--config", file("[1]"))).err).toContain("the config is [1], expected an object");
  });

  it.each([
    ["config", 2, "lawn-ranker echo: \n  one thing\n  another thing\n"],
    ["data", 3, "lawn-ranker echo: u.data:3: bad\n"],
    ["engine", 1, "lawn-ranker echo: cannot\n"],
    ["disk", 1, "lawn-ranker echo: ENOSPC: no space left on device, write; free some space"],
    ["bug", 1, "lawn-ranker echo: unexpected TypeError: x is undefined (--debug shows where it arose)\n"],
    ["abort", 130, "lawn-ranker echo: interrupted\n"],
  ])("turns a failure of kind %s into exit status %d without a stack", async (fail, status, text) => {
    const result = await call("echo", "--quiet", "--fail", fail);
    expect(result.status).toBe(status);
    expect(result.err).toContain(text);
    expect(result.err).not.toContain("    at ");
  });

  it("shows the stack under --debug", async () => {
    expect((await call("echo", "--fail", "bug", "--debug")).err).toContain("    at ");
  });

  it("passes a stage's own exit status on", async () => {
    expect((await call("echo", "--force")).status).toBe(130);
  });

  it("shows meaning, unit, range and default in the help of a stage", async () => {
    const { status, out } = await call("echo", "--help");
    expect(status).toBe(0);
    const words = out.replace(/\s+/g, " ");
    expect(words).toContain(
      "--batch-size <number> Samples a step (a whole number of at least 1; in samples; default 256)",
    );
    expect(words).toContain("gives its settings back");
    expect(words).toContain("--tower <list> Widths (a list, each a whole number of at least 1; default 32,16)");
    expect(words).toContain("--no-shuffle Leave the order");
    expect(words).not.toContain("--no-force");
    expect(await call("help", "echo")).toMatchObject({ status: 0, out });
  });

  it("needs no stage for its help, and names what may be given as a word", async () => {
    const load = async (): Promise<Stage> => {
      throw new Error("loaded for its help");
    };
    const path = setting(z.string(), { flag: "path", meaning: "What", names: "path", isArgument: true });
    const entry = { name: "look", summary: "looks", schema: async () => z.object({ path }), load };
    const { out } = await callOf([entry], "look", "--help");
    expect(out).toContain("Usage: lawn-ranker look <path> [options]");
    expect(out.replace(/\s+/g, " ")).toContain("--path <path> What (needed)");
  });

  it("lists the commands, the version, and refuses commands it does not have", async () => {
    expect((await call("--help")).out).toContain("gives its settings back");
    expect(await call("--version")).toMatchObject({ status: 0, out: "1.2.3\n" });
    expect(await call()).toMatchObject({ status: 2, out: "" });
    const { status, err } = await call("ecko");
    expect(status).toBe(2);
    expect(err).toContain("echo");
  });
});
