/** --profiles: people who come with what they took are folded in, known or not, and get the lists of a server. */
import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { load } from "../../../library/serve.ts";
import { scoreStage } from "../../../pipelines/score/score.ts";
import { configForWorker, hasOwnPathsAlone, jobFiles } from "../../../pipelines/score/store/job-files.ts";
import { readSubject } from "../../../pipelines/score/subject.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { readRows, useScoreFolder } from "../../support/stages/score-folder.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const { temporary, roots, score, rows, bytes } = useScoreFolder();

/** 1003 is a user of the log, 7 and 8 are not; item-99 is unknown. The last weight of a repeated pair counts. */
const profiles = [
  "user,item,weight",
  "8,item-2,5",
  "1003,item-5,1",
  "7,item-0,1",
  "7,item-4,0",
  "8,item-1,2",
  "7,item-99,1",
  "8,item-2,1",
];
const flags = { profiles: "", unknown: "error", k: "30" };

beforeAll(async () => {
  Object.assign(flags, { profiles: temporary("profiles.csv") });
  await writeFile(flags.profiles, profiles.join("\n"));
  await writeFile(temporary("lost.csv"), [...profiles, "9,item-77,1", "6,item-3,0"].join("\n"));
});

const configOf = (given: Record<string, string | boolean>) =>
  parseConfig({ schema: scoreStage.schema, layers: [], flags: { ...roots, dataset: "board", ...given } });

describe("score --profiles", () => {
  it("gives each person the list of a server, of people whom the log knows first", async () => {
    const found = await rows("people", flags);
    expect([...new Set(found.map(({ user }) => user))]).toEqual([1003, 7, 8]);
    using ranker = await load(`${roots["models-root"]}/board/once`, {
      dataset: `${roots["data-root"]}/board`,
      engine: "reference",
    });
    const people = [
      { user: 7, items: ["item-0", "item-4", "item-99"], weights: [1, 0, 1] },
      { user: 8, items: ["item-1", "item-2"], weights: [2, 1] },
    ];
    for (const { user, ...person } of people) {
      const { items } = await ranker.topFor(person, { k: 30 });
      const own = found.filter((row) => row.user === user);
      expect(own.map(({ item }) => item)).toEqual(items.map(({ item }) => item));
      for (const [at, { score: value }] of own.entries()) expect(value).toBeCloseTo(items[at]!.score, 5);
    }
  });

  it("leaves out the profile's items, and what the log has of a person besides", async () => {
    const listed = (found: Awaited<ReturnType<typeof rows>>, user: number) =>
      found.filter((row) => row.user === user).map(({ item }) => item);
    const [found, all] = [await rows("without", flags), await rows("with", { ...flags, "exclude-seen": false })];
    expect(listed(all, 7)).toHaveLength(24);
    expect(listed(found, 7)).toHaveLength(22); // item-0 and item-4, which is known and not learnt from
    expect(listed(found, 1003)).not.toContain("item-5");
    expect(listed(found, 1003).length).toBeLessThan(22);
    await writeFile(temporary("hidden.csv"), "user,item\n7,item-8\n1003,item-9\n");
    const hidden = await rows("hidden", {
      ...flags,
      "exclude-seen": false,
      "exclude-pairs": temporary("hidden.csv"),
    });
    expect(listed(hidden, 7)).toHaveLength(23);
    expect(listed(hidden, 1003)).not.toContain("item-9");
  });

  it("gives the same bytes in shards, in blocks of any size, and with other people beside", async () => {
    const [whole, parts] = [temporary("whole.csv"), temporary("parts.csv")];
    await score({ ...flags, output: whole });
    for (const shard of ["1/2", "0/2"]) await score({ ...flags, output: parts, shard, "batch-size": "1" });
    await score({ ...flags, output: parts, shards: "2", merge: true });
    expect(await bytes("parts.csv")).toEqual(await bytes("whole.csv"));
    await writeFile(temporary("alone.csv"), profiles.filter((line) => !line.startsWith("8")).join("\n"));
    const alone = await rows("alone", { ...flags, profiles: temporary("alone.csv") });
    expect(alone).toEqual((await rows("beside", flags)).filter(({ user }) => user !== 8));
  });

  it("counts and names what is unknown, and does with people of whom nothing is known as --unknown says", async () => {
    const lines: string[] = [];
    const lost = { ...flags, profiles: temporary("lost.csv"), output: temporary("lost.arrow") };
    const log = (line: string) => void lines.push(line);
    await expect(score(lost, { log })).rejects.toThrow(
      '2 people have no item of a weight above 0 that is known ("6", "9")',
    );
    expect(lines.join("\n")).toContain('2 item ids are unknown ("item-77", "item-99")');
    const skipped = await score({ ...lost, unknown: "skip" });
    expect(skipped.json).toMatchObject({ counts: { users: 3 }, selection: { unknownUsers: 2, unknownItems: 2 } });
    const { json } = await score({ ...lost, unknown: "popular" });
    expect(json).toMatchObject({ counts: { users: 5, popularUsers: 2 } });
    const six = (await readRows(temporary("lost.arrow"))).filter(({ user }) => user === 6);
    expect(six.map(({ item }) => item)).not.toContain("item-3");
    expect(six.every(({ source }) => source === "popularity")).toBe(true);
  });

  it("writes ids that are no numbers as text, of people alone", async () => {
    await writeFile(temporary("guests.csv"), "user,item\nguest-1,item-2\n1003,item-2\n");
    await score({ ...flags, profiles: temporary("guests.csv"), output: temporary("guests.arrow") });
    const users = (await readColumns(temporary("guests.arrow"))).strings("user_id");
    expect([...new Set(users)]).toEqual(["1003", "guest-1"]);
  });

  it("folds into a baseline: item-KNN gives nothing but sums of similarities", async () => {
    const { run: _, ...knn } = { run: "", baseline: "item-knn", neighbours: "5", shrinkage: "0" };
    const config = configOf({ ...knn, ...flags, output: temporary("knn.arrow") });
    await scoreStage.run(config, silentContext);
    const found = await readRows(temporary("knn.arrow"));
    expect([...new Set(found.map(({ user }) => user))]).toEqual([1003, 7, 8]);
    const weighed = temporary("weighed.csv");
    await writeFile(weighed, profiles.map((line) => line.replace(/,[1-9]$/, ",4")).join("\n"));
    const lines: string[] = [];
    const context = { ...silentContext, log: (line: string) => lines.push(line) };
    await scoreStage.run({ ...config, profiles: weighed, output: temporary("knn4.arrow") }, context);
    expect(lines).toContain(
      "item-knn: weights above 0 count alike; of the baselines, ials alone takes them as they are",
    );
    expect(await readRows(temporary("knn4.arrow"))).toEqual(found); // KNN is binary
  });

  it("refuses what does not go together, odd weights, and columns that are not there", async () => {
    const output = temporary("refused.csv");
    await expect(async () => configOf({ ...flags, output, users: "u.csv" })).rejects.toThrow("names the people too");
    await expect(async () => configOf({ output, run: "once", "weight-column": "w" })).rejects.toThrow(
      "only --profiles has weights",
    );
    await writeFile(temporary("odd.csv"), "user,item,weight\n7,item-1,1\n7,item-2,-3\n8,item-2,much\n");
    const odd = { ...flags, profiles: temporary("odd.csv"), output };
    await expect(score(odd)).rejects.toThrow(
      '2 rows have a weight that is no number from 0, the first "-3" of user "7"',
    );
    await score({ ...odd, "weight-column": "none" });
    await expect(score({ ...flags, output, "weight-column": "count" })).rejects.toThrow('--weight-column is "count"');
  });

  it("is another job with other profiles, and sends a worker what it needs", async () => {
    const config = configOf({ ...flags, run: "once", output: temporary("plan.csv"), engine: "reference" });
    const run = `${roots["models-root"]}/board/once`;
    const subject = await readSubject(config, run);
    const others = [{ profiles: temporary("lost.csv") }, { weightColumn: "none" }, { profiles: null }];
    const plans = await Promise.all(
      others.map(async (other) => (await readSubject({ ...config, ...other }, run)).plan),
    );
    expect(new Set([subject.plan, ...plans]).size).toBe(4);
    const files = (await jobFiles(config, subject)).map(({ relativePath }) => relativePath);
    expect(files).toEqual(expect.arrayContaining(["run/config.json", "profiles/profiles.csv"]));
    expect(hasOwnPathsAlone(configForWorker(config))).toBe(true);
  });
});
