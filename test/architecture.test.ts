/**
 * The doors of ARCHITECTURE.md as a test: who may import whom, who alone may import a package, and where
 * chance and time may enter.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";

const root = path.resolve(import.meta.dirname, "..");

/** Rooms of src and the rooms each may import from; "root" are the files of src itself. */
const doors: Record<string, readonly string[]> = {
  root: [],
  config: ["root"],
  compression: ["root"],
  arrow: ["root", "files", "compression"],
  tensorboard: ["root"],
  "linear-algebra": ["root"],
  parquet: ["root", "files"],
  runs: ["root", "config"],
  ranker: ["root", "config"],
  dataset: ["root", "config", "ranker"],
  files: ["root", "config"],
  transfer: ["root", "config", "files"],
  postgres: ["root", "config", "files"],
  redis: ["root", "config"],
  interactions: ["root", "config", "arrow", "compression", "ranker"],
  optimizer: ["root", "config", "ranker"],
  engine: ["root", "config", "ranker", "optimizer", "dataset", "linear-algebra"],
  training: ["root", "config", "ranker", "dataset", "engine", "runs"],
  evaluation: ["root", "config", "ranker", "dataset"],
  statistics: ["root"],
  study: ["root", "config", "runs", "statistics"],
  export: ["root", "config", "ranker", "files"],
  scoring: ["root", "config", "ranker", "dataset"],
  "fold-in": ["root", "config", "ranker"],
  report: ["config", "runs"],
  baselines: ["root", "config", "ranker", "dataset", "linear-algebra"],
};

/** Packages with one owner: the only folders whose files may import them. */
const owners: Record<string, readonly string[]> = {
  webgpu: ["src/engine/webgpu"],
  "apache-arrow": ["src/arrow"],
  zstddec: ["src/compression"],
  "@duckdb/node-api": ["src/interactions/database", "src/parquet"],
  pbf: ["src/export", "src/tensorboard"],
  usearch: ["src/export"],
  "@tensorflow/tfjs-core": ["src/engine/tfjs"],
  "@tensorflow/tfjs-layers": ["src/engine/tfjs"],
  commander: ["pipelines/command-line"],
  "cli-progress": ["pipelines/progress/progress-display.ts"],
  "simple-statistics": ["src/statistics", "src/study"],
  "@observablehq/plot": ["src/report"],
  linkedom: ["src/report"],
  mathjs: ["src/optimizer", "src/evaluation", "src/training"],
  "fast-csv": ["pipelines/score/output"],
  bullmq: ["pipelines/queue"],
  ioredis: ["src/redis"],
  aws4fetch: ["src/transfer/s3-request.ts"],
  pg: ["src/postgres"],
  "pg-copy-streams": ["src/postgres"],
  yauzl: ["pipelines/data/zip-members.ts"],
  tinyglobby: ["pipelines/ingest/list-files.ts"],
  zod: ["src/config", "src/files", "src/runs", "src/training", "pipelines"],
};

/** The only files that put stages together: the list of them, and the kinds of job. */
const knowStages = ["pipelines/stages.ts", "pipelines/worker/run-job.ts"];

/** What a page of code is written in; folders are counted by these, and build outputs lie in folders of their own. */
const SOURCE = /\.(ts|mjs|cjs|js|cpp|hpp|py|sh|md|json)$/;
const OUTPUTS = new Set(["node_modules", "build", "dist"]);
const MOST_FILES = 20;

interface Source {
  readonly file: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources = ["src", "pipelines", "library"].flatMap(typescriptFiles).map(parse);
const inSrc = sources.filter(({ file }) => file.startsWith("src/"));

describe("the doors between rooms", () => {
  it("every room of src is in the table", () => {
    const rooms = new Set(inSrc.map(({ file }) => roomOf(file)));
    expect([...rooms].filter((room) => !(room in doors))).toEqual([]);
  });

  it.each(inSrc.map((source) => [source.file, source] as const))(
    "%s imports only from rooms it may",
    (file, source) => {
      const room = roomOf(file);
      const wrong = relativeImports(source).filter(
        (target) => !target.startsWith("src/") || (roomOf(target) !== room && !doors[room]!.includes(roomOf(target))),
      );
      expect(wrong).toEqual([]);
    },
  );

  it("training knows the engine only by its interface", () => {
    const wrong = inSrc
      .filter(({ file }) => roomOf(file) === "training")
      .flatMap((source) => relativeImports(source).filter((target) => roomOf(target) === "engine"))
      .filter((target) => target !== "src/engine/engine.ts");
    expect(wrong).toEqual([]);
  });

  it("rooms know no stage, and stages no other stage", () => {
    const folders = stageFolders();
    expect(folders).toContain("pipelines/train");
    const stageOf = (file: string) => folders.find((folder) => file.startsWith(`${folder}/`));
    const wrong = sources
      .filter(({ file }) => !knowStages.includes(file))
      .flatMap((source) =>
        relativeImports(source)
          .filter((target) => stageOf(target) !== undefined && stageOf(target) !== stageOf(source.file))
          .map((target) => `${source.file} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it("library is imported by nobody, and imports rooms alone", () => {
    const importers = sources.filter(
      (source) =>
        !source.file.startsWith("library/") && relativeImports(source).some((target) => target.startsWith("library/")),
    );
    expect(importers.map(({ file }) => file)).toEqual([]);
  });

  it("a file of rows is opened by open-source.ts alone", () => {
    const openers = filesMatching(/\bopen(Text|Json|Parquet)Source\b|read_parquet\(/, () => true);
    const own = ["json-source", "open-source", "parquet-source", "text/text-source"].map(
      (name) => `src/interactions/sources/${name}.ts`,
    );
    expect(openers).toEqual(own);
  });

  it("imports run in one direction: there are no circles of files", () => {
    expect(findCycle(new Map(sources.map((source) => [source.file, relativeImports(source)])))).toBeNull();
  });

  it.each(foldersOf(sources.map(({ file }) => file)))("%s has no circle among its files and sub-folders", (folder) => {
    expect(findCycle(membersOf(folder))).toBeNull();
  });

  it("are those that ARCHITECTURE.md says", () => {
    const page = readFileSync(path.join(root, "ARCHITECTURE.md"), "utf8");
    const [, table] = /\| room +\| may import.*\n\|[- |]+\n((?:\|.*\n)+)/.exec(page)!;
    const said = table!
      .trim()
      .split("\n")
      .flatMap((line) => {
        const [rooms, targets] = line
          .split("|")
          .slice(1)
          .map((cell) => cell.trim());
        const known = Object.keys(doors).filter((room) => new RegExp(`\\b${room}\\b`).test(targets!));
        return rooms!.split(", ").map((room) => [room, known.sort()] as const);
      });
    const { root: _, config: __, ...rooms } = doors;
    expect(Object.fromEntries(said)).toEqual({
      ...Object.fromEntries(
        Object.entries(rooms).map(([room, targets]) => [
          room,
          targets.filter((target) => target !== "root" && target !== "config").sort(),
        ]),
      ),
      pipelines: [],
      library: [],
    });
  });
});

describe("single owners", () => {
  it.each(Object.entries(owners))("%s is imported by its owner alone", (name, allowed) => {
    const importers = sources
      .filter((source) => source.imports.some((specifier) => packageOf(specifier) === name))
      .map(({ file }) => file);
    expect(
      importers.filter((file) => !allowed.some((owner) => file === owner || file.startsWith(`${owner}/`))),
    ).toEqual([]);
  });

  it("only pipelines/cli.ts and pipelines/outside-world.ts touch the process, and one file asks what platform it is", () => {
    const owners = ["pipelines/cli.ts", "pipelines/outside-world.ts", "src/engine/native/native-platform.ts"];
    const touches = /(?<![\w.$])process\.|"node:process"/;
    expect(filesMatching(touches, (file) => !owners.includes(file))).toEqual([]);
  });

  it("chance and time enter src as arguments", () => {
    expect(
      filesMatching(/Math\.random|Date\.now|new Date\(\)|performance\.now/, (file) => file.startsWith("src/")),
    ).toEqual([]);
  });
});

describe("files", () => {
  it("have no drawers and no barrels", () => {
    const drawers = sources
      .filter(({ file }) => /(^|\/)(utils?|helpers?|common|misc|index)\.ts$/.test(file))
      .map(({ file }) => file);
    const barrels = inSrc.filter(({ text }) => /^export (\*|\{[^}]*\}) from/m.test(text)).map(({ file }) => file);
    expect({ drawers, barrels }).toEqual({ drawers: [], barrels: [] });
  });

  it("stay short enough to hold one idea: at most 250 lines", () => {
    expect(sources.filter(({ text }) => text.split("\n").length > 251).map(({ file }) => file)).toEqual([]);
  });

  it.each(["src", "pipelines", "library", "packaging", "test", "bench", "docs"])(
    "of %s stand in folders of 20 at most",
    (top) => {
      const crowded = countFiles(top).filter(({ files }) => files > MOST_FILES);
      expect(crowded).toEqual([]);
    },
  );

  it("begin by saying what is in them", () => {
    expect(sources.filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text)).map(({ file }) => file)).toEqual([]);
  });
});

function typescriptFiles(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.posix.join(folder, name.split(path.sep).join("/")))
    .sort();
}

function parse(file: string): Source {
  const text = readFileSync(path.join(root, file), "utf8");
  const statements = text.matchAll(/^(?:import|export)\s[^;"']*?from\s+["']([^"']+)["']/gm);
  const dynamic = text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g);
  return {
    file,
    text,
    imports: [...statements, ...dynamic].map((match) => match[1]!),
  };
}

/** Imported files of this project, relative to the root; imports of types count as much as imports of values. */
function relativeImports({ file, imports }: Source): string[] {
  return imports
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => path.posix.join(path.posix.dirname(file), specifier));
}

function packageOf(specifier: string): string {
  return specifier.startsWith("@") ? specifier.split("/").slice(0, 2).join("/") : specifier.split("/")[0]!;
}

function roomOf(file: string): string {
  const parts = file.split("/");
  return parts.length === 2 ? "root" : parts[1]!;
}

/** A folder of pipelines with a file that exports a stage; the other folders are rooms that stages share. */
function stageFolders(): string[] {
  const files = sources.filter(
    ({ file, text }) => file.startsWith("pipelines/") && /export const \w+Stage\b/.test(text),
  );
  return [...new Set(files.map(({ file }) => path.posix.dirname(file)))].filter((folder) => folder !== "pipelines");
}

/** Every folder that holds one of the files, at any depth, the root included. */
function foldersOf(files: readonly string[]): string[] {
  const above = (file: string): string[] =>
    file === "." ? [] : [path.posix.dirname(file), ...above(path.posix.dirname(file))];
  return [...new Set(files.flatMap(above))].sort();
}

/** Files and sub-folders of a folder, each with those of them that it imports. */
function membersOf(folder: string): Map<string, readonly string[]> {
  const memberOf = (file: string): string | null => {
    const inFolder = path.posix.relative(folder, file);
    return inFolder.startsWith("..") ? null : inFolder.split("/")[0]!;
  };
  const members = new Map<string, string[]>();
  for (const source of sources) {
    const member = memberOf(source.file);
    if (member === null) continue;
    const targets = relativeImports(source).map(memberOf);
    const others = targets.filter((target) => target !== null).filter((target) => target !== member);
    members.set(member, [...(members.get(member) ?? []), ...others]);
  }
  return members;
}

function countFiles(folder: string): { readonly folder: string; readonly files: number }[] {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && SOURCE.test(entry.name)).length;
  const inside = entries.filter((entry) => entry.isDirectory() && !OUTPUTS.has(entry.name));
  return [{ folder, files }, ...inside.flatMap(({ name }) => countFiles(`${folder}/${name}`))];
}

function filesMatching(pattern: RegExp, where: (file: string) => boolean): string[] {
  return sources.filter(({ file, text }) => where(file) && pattern.test(withoutComments(text))).map(({ file }) => file);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const target of graph.get(file) ?? []) {
      const cycle = visit(target, [...trail, file]);
      if (cycle !== null) return cycle;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle !== null) return cycle;
  }
  return null;
}
