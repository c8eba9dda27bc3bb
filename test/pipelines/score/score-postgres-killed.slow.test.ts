/**
 * Lists that a process of ours is writing to PostgreSQL when it is killed (SIGKILL): readers see the former table whole
 * or the new one, nothing is left behind, and the same command then writes what the killed one would have.
 */
import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { Client } from "pg";
import { describePostgres, usePostgres } from "../../support/servers/postgres-server.ts";
import { compiledProgram, type ProgramResult, runProgram } from "../../support/stages/compiled-program.ts";
import { useScoreFolder } from "../../support/stages/score-folder.ts";

const { temporary, roots } = useScoreFolder();
/** Enough that COPY is still under way when it is looked for. */
const PEOPLE = 20_000;

describePostgres("a process that is killed while it writes lists", () => {
  const postgres = usePostgres();

  async function write(k: number, whenRunning?: Parameters<typeof runProgram>[3]): Promise<ProgramResult> {
    const ranker = ["--dataset", "board", "--baseline", "item-knn", "--neighbours", "5", "--shrinkage", "0"];
    const folders = ["--data-root", roots["data-root"], "--models-root", roots["models-root"]];
    const output = ["--output", postgres().url("table=lists"), "--work", temporary("work"), "--k", String(k)];
    const args = ["score", ...ranker, ...folders, ...output, "--profiles", temporary("people.csv"), "--quiet"];
    return runProgram(await compiledProgram(), args, temporary("."), whenRunning);
  }

  const state = async (): Promise<string> => {
    const [row] = await postgres().run("SELECT count(*)::int AS rows, max(rank) AS k FROM lists");
    return `${row?.rows} rows, k ${row?.k}`;
  };
  const copying = async (): Promise<boolean> =>
    (await postgres().run("SELECT 1 AS x FROM pg_stat_progress_copy WHERE tuples_processed > 0")).length > 0;
  const waiting = async (): Promise<boolean> =>
    (await postgres().run("SELECT 1 AS x FROM pg_locks WHERE NOT granted")).length > 0;

  /** Kills the process as soon as `isThere` says so; what it printed is of no interest. */
  async function killWhen(isThere: () => Promise<boolean>, k: number): Promise<void> {
    let isKilled = false;
    let isOver = false;
    const watch: Promise<void>[] = [];
    const { status } = await write(k, (child) => {
      watch.push(
        (async () => {
          while (!isOver && !(await isThere())) await sleep(2);
          isKilled = child.kill("SIGKILL");
        })(),
      );
    });
    isOver = true;
    await Promise.all(watch);
    expect([isKilled, status]).toEqual([true, null]);
  }

  it("leaves the former lists to readers, who never see half, and the same command writes the new ones", async () => {
    const people = Array.from(
      { length: PEOPLE },
      (_, n) => `${5000 + n},item-${n % 24}\n${5000 + n},item-${(n + 2) % 24}`,
    );
    await writeFile(temporary("people.csv"), `user,item\n${people.join("\n")}\n`);
    expect((await write(2)).status).toBe(0);
    const former = await state();
    expect(former).toBe(`${2 * PEOPLE} rows, k 2`);

    const seen = new Set<string>();
    let isDone = false;
    const reading = (async () => {
      while (!isDone) seen.add(await state());
    })();

    await killWhen(copying, 5);
    expect(await state()).toBe(former);
    // Once more where the new table is whole, and the former one is about to be replaced.
    const reader = new Client({ connectionString: postgres().url("sslmode=disable") });
    await reader.connect();
    await reader.query("BEGIN; SELECT 1 FROM lists LIMIT 1");
    await killWhen(waiting, 5);
    await reader.query("COMMIT");
    await reader.end();
    expect(await state()).toBe(former);
    expect([...seen]).toEqual([former]);

    expect(readdirSync(temporary("work")).some((name) => name.endsWith(".shards"))).toBe(true);
    expect((await write(5)).status).toBe(0);
    isDone = true;
    await reading;
    const now = await state();
    expect(now).not.toBe(former);
    expect(now).toMatch(/, k 5$/);
    expect([former, now]).toEqual(expect.arrayContaining([...seen]));
    const left = await postgres().run(
      "SELECT relname FROM pg_class WHERE relname LIKE 'lawn_ranker%' AND relkind = 'r'",
    );
    expect(left).toEqual([]);
    const shards = readdirSync(temporary("work"), { recursive: true }).filter((name) =>
      String(name).endsWith(".arrow"),
    );
    expect([shards, existsSync(temporary("people.csv"))]).toEqual([[], true]);
  }, 300_000);
});
