/** Logs in an object store: found as files are, fetched once, and not at all where nothing changed. */
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { IngestFolder } from "../../support/data/ingest-folder.ts";
import { accessKey, useS3 } from "../../support/servers/s3-server.ts";

const s3 = useS3();
let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
  folder.variables = s3().variables;
  folder.now = Date.now; // which signatures have in them
  s3().objects.clear();
  s3().answered.length = 0;
  s3().trouble = () => null;
});
afterEach(() => folder.remove());

const put = (key: string, text: string): void => void s3().objects.set(`bucket/${key}`, Buffer.from(text));
const rows = (user: number, ...items: number[]): string =>
  items.map((item, time) => `${user},${item},${100 + time}\n`).join("");
const HEADER = "user_id,item_id,ts\n";
const fetched = (): number => s3().answered.filter((line) => /^GET bucket\/[^?]/.test(line)).length;
const ingest = (raw: string, flags: Record<string, string> = {}) =>
  folder.ingest({ raw, candidates: "full", ...flags });

function putParts(): void {
  put("logs/part-1.csv", HEADER + rows(1, 10, 11, 12));
  put("logs/part-2.csv", HEADER + rows(2, 11, 12, 13, 14));
  put("logs/_SUCCESS", "");
  put("logs/old/part-0.csv", HEADER + rows(3, 99, 98, 97));
  put("logs-of-others/part-1.csv", HEADER + rows(4, 1, 2, 3));
}

it.each(["s3://bucket/logs/*.csv", "s3://bucket/logs", "s3://bucket/logs/", "s3://bucket/**/part-?.csv"])(
  "%s is read like files",
  async (raw) => {
    putParts();
    if (raw.includes("**")) for (const key of s3().objects.keys()) if (/old|others/.test(key)) s3().objects.delete(key);
    await ingest(raw);
    expect(folder.description()).toMatchObject({
      users: 2,
      items: 5,
      interactions: { train: 3, validation: 2, test: 2 },
      sources: [
        { path: "s3://bucket/logs/part-1.csv", bytes: 19 + 3 * 9, tag: expect.stringMatching(/^"[0-9a-f]{32}"$/) },
        { path: "s3://bucket/logs/part-2.csv" },
      ],
    });
    expect(fetched()).toBe(2);
    expect(JSON.stringify([folder.description(), folder.lines])).not.toContain(accessKey.secret);
    expect(folder.leftovers()).toEqual(["t"]);
  },
);

it("a single object is one log, whatever lies beside it, and folders named dt=... are columns", async () => {
  putParts();
  await ingest("s3://bucket/logs/part-2.csv");
  expect(folder.description()).toMatchObject({ users: 1, interactions: { train: 2 } });
  for (const day of ["2026-01-01", "2026-01-02"])
    put(`days/dt=${day}/x.csv`, HEADER + rows(1, Number(day.slice(-1)), 7, 8));
  await ingest("s3://bucket/days", { where: "dt = '2026-01-02'" });
  expect(folder.description()).toMatchObject({ rowsRead: 6, items: 3, interactions: { train: 1 } });
});

it("what has not changed is not fetched, and what has is", async () => {
  putParts();
  await ingest("s3://bucket/logs/*.csv");
  expect((await ingest("s3://bucket/logs/*.csv")).json.status).toBe("up-to-date");
  expect(fetched()).toBe(2);
  put("logs/part-2.csv", HEADER + rows(2, 11, 12, 13, 15));
  expect((await ingest("s3://bucket/logs/*.csv")).json.status).toBe("done");
  expect(fetched()).toBe(4);
  put("logs/part-3.csv", HEADER + rows(3, 11, 12, 13));
  expect((await ingest("s3://bucket/logs/*.csv")).json).toMatchObject({ status: "done", users: 3 });
  // Written anew with the same content under the same tag: nothing changed.
  expect((await ingest("s3://bucket/logs/*.csv")).json.status).toBe("up-to-date");
  await ingest("s3://bucket/logs/*.csv", { force: "true" });
  expect(fetched()).toBe(10);
});

it("logs that have not changed are fetched all the same where the items file has", async () => {
  putParts();
  const items = { "items-file": folder.write("items.csv", "item_id,title\n10,Ten\n") };
  await ingest("s3://bucket/logs/*.csv", items);
  expect((await ingest("s3://bucket/logs/*.csv", items)).json.status).toBe("up-to-date");
  expect(fetched()).toBe(2);
  folder.write("items.csv", "item_id,title\n10,Ten\n11,Eleven\n");
  expect((await ingest("s3://bucket/logs/*.csv", items)).json).toMatchObject({ status: "done", users: 2 });
  expect(fetched()).toBe(4);
});

it("an items file and its map may be objects too, fetched when something has changed", async () => {
  put("logs/x.csv", HEADER + rows(1, 10, 11, 12));
  put("items/movies.csv", "item_id,title\nA,Ten\nB,Eleven\n");
  put("items/map.csv", "A,10\nB,11\n");
  const items = { "items-file": "s3://bucket/items/movies.csv", "item-id-map": "s3://bucket/items/map.csv" };
  const local = folder.write("log.csv", HEADER + rows(1, 10, 11, 12));
  for (const raw of ["s3://bucket/logs/x.csv", local]) {
    await ingest(raw, { ...items, force: "true" });
    expect(folder.description()).toMatchObject({ itemInfo: { described: 2 } });
    expect(folder.description()).toMatchObject({
      sources: [{}, { path: "s3://bucket/items/movies.csv" }, { path: "s3://bucket/items/map.csv" }],
    });
    const before = fetched();
    expect((await ingest(raw, items)).json.status).toBe("up-to-date");
    expect(fetched()).toBe(before);
    // Only one is another; all are needed.
    put("items/movies.csv", "item_id,title\nA,Ten\n");
    expect((await ingest(raw, items)).json.status).toBe("done");
    expect(folder.description()).toMatchObject({ itemInfo: { described: 1 } });
    expect(fetched()).toBe(before + (raw === local ? 2 : 3));
    put("items/movies.csv", "item_id,title\nA,Ten\nB,Eleven\n");
  }
  put("items/odd.csv", "this,that\n1,2\n");
  await expect(ingest(local, { "items-file": "s3://bucket/items/odd.csv" })).rejects.toThrow(
    "s3://bucket/items/odd.csv: no id column among this, that",
  );
  await expect(ingest(local, { "items-file": "s3://bucket/items" })).rejects.toThrow(
    "--items-file s3://bucket/items: ",
  );
  expect(folder.leftovers()).toEqual(["t"]);
});

it("what is not there, or cannot be a file, is named", async () => {
  putParts();
  await expect(ingest("s3://bucket/nothing")).rejects.toThrow("s3://bucket/nothing: no object has this key");
  await expect(ingest("s3://nowhere/logs")).rejects.toThrow(/there is no bucket "nowhere"/);
  put("odd/../../etc/x.csv", HEADER);
  await expect(ingest("s3://bucket/odd/**/x.csv")).rejects.toThrow(
    /s3:\/\/bucket\/odd\/\.\.\/\.\.\/etc\/x.csv: a key with/,
  );
  put("bad/x.csv", "");
  await expect(ingest("s3://bucket/bad/x.csv")).rejects.toThrow(
    "s3://bucket/bad/x.csv: the file is empty, expected a log",
  );
  folder.variables = {};
  await expect(ingest("s3://bucket/logs")).rejects.toThrow(/AWS_ACCESS_KEY_ID is not set/);
  expect(folder.leftovers()).toEqual([]);
});

it("an object that is replaced while it is read is told, and the former dataset stays", async () => {
  putParts();
  await ingest("s3://bucket/logs/*.csv");
  put("logs/part-3.csv", HEADER + rows(3, 11, 12, 13));
  s3().trouble = (request) => {
    if (request.startsWith("GET bucket/logs/part-2")) put("logs/part-2.csv", `${HEADER}1,2,3\n`);
    return null;
  };
  await expect(ingest("s3://bucket/logs/*.csv")).rejects.toThrow(
    "s3://bucket/logs/part-2.csv: was replaced or removed while it was read; run the same command again",
  );
  expect(folder.description()).toMatchObject({ users: 2 });
  expect(folder.leftovers()).toEqual(["t"]);
});
