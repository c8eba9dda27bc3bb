/** Logs in PostgreSQL: the same cleaning as for files, what its types become, and what goes wrong on the way. */
import { chmodSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";
import { describePostgres, postgresPassword, usePostgres } from "../../support/servers/postgres-server.ts";

const SECRETS = /pl4nted|s3cret/;

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

describePostgres("a log in PostgreSQL", () => {
  const postgres = usePostgres();
  const ingest = (flags: Record<string, string>) => folder.ingest({ raw: postgres().url(), ...flags });

  beforeAll(async () => {
    await postgres().run(`
      CREATE SCHEMA shop;
      CREATE TYPE kind AS ENUM ('view', 'purchase');
      CREATE TABLE shop.orders (id bigserial, customer bigint, sku text, bought_at timestamptz, price numeric(10, 2),
        weight numeric, what kind NOT NULL DEFAULT 'view', details jsonb, note text);
      INSERT INTO shop.orders (customer, sku, bought_at, price, weight, what) VALUES
        (10, '7', '2020-01-01 00:00:04+00', 5, 1.50, 'purchase'), (2, '5', '2020-01-01 00:00:01+00', 3, 2, 'purchase'),
        (10, '1', '2020-01-01 02:00:01+02', 4, 3, 'purchase'), (10, '3', '2020-01-01 00:00:03+00', 4, 4, 'purchase'),
        (2, '1', '2020-01-01 00:00:02+00', 2, 5, 'purchase'), (10, '2', '2020-01-01 00:00:02+00', 1, 6, 'purchase'),
        (2, '6', '2020-01-01 00:00:03+00', 4, 7.25, 'purchase')`);
  });

  // As in ingest-readers.test.ts.
  const expectSplit = async (): Promise<void> => {
    expect(await folder.pairs("train")).toEqual([
      ["2", "5"],
      ["10", "1"],
      ["10", "2"],
    ]);
    expect(await folder.pairs("validation")).toEqual([
      ["2", "1"],
      ["10", "3"],
    ]);
    expect(await folder.pairs("test")).toEqual([
      ["2", "6"],
      ["10", "7"],
    ]);
  };
  const columns = { "user-column": "customer", "item-column": "sku", "time-column": "bought_at" };

  it("is read as a table, with the types of the server", async () => {
    await ingest({ ...columns, table: "shop.orders", "rating-column": "price" });
    await expectSplit();
    const description = folder.description();
    const origin = `postgres://127.0.0.1:${postgres().port}/postgres table shop.orders`;
    expect(description).toMatchObject({
      idType: { user: "integer", item: "integer" },
      sources: [{ path: origin, bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      formats: [{ file: origin, format: "rows of PostgreSQL, table shop.orders", columns: { user: "customer" } }],
    });
    expect(folder.lines.join("\n")).toContain(
      `reading ${origin}: columns customer bigint, sku varchar, bought_at timestamptz, price decimal(10,2)`,
    );
    expect(JSON.stringify([description, folder.lines])).not.toMatch(SECRETS);
  });

  it("is read as a query, whose text may end as it likes", async () => {
    const query =
      "SELECT customer AS user_id, sku AS item_id, extract(epoch FROM bought_at) AS ts FROM shop.orders -- all\n ;";
    await ingest({ query });
    await expectSplit();
  });

  it("takes conditions over the server's types, and fetches what they name", async () => {
    await ingest({ ...columns, table: "shop.orders", where: "what = 'purchase' AND weight >= 1.5 AND price < 4.5" });
    expect(folder.description()).toMatchObject({ rowsRead: 7 });
    expect(folder.lines.join("\n")).toContain("price decimal(10,2), weight double, what varchar");
    expect(await folder.pairs("test")).toEqual([
      ["2", "6"],
      ["10", "3"],
    ]);
  });

  it("has rows that weigh what a column says", async () => {
    await ingest({ ...columns, table: "shop.orders", "weight-column": "weight" });
    const train = await readColumns(folder.file("train.arrow"), ["weight"]);
    expect([...train.float32("weight")]).toEqual([2, 3, 6]); // of the rows (2, 5), (10, 1) and (10, 2)
  });

  it("that has not changed is not ingested again, and is where a row came or went", async () => {
    const flags = { ...columns, table: "shop.orders" };
    await ingest(flags);
    expect((await ingest(flags)).json.status).toBe("up-to-date");
    await postgres().run("INSERT INTO shop.orders (customer, sku, bought_at) VALUES (2, '9', '2020-01-02')");
    expect((await ingest(flags)).json.status).toBe("done");
    await postgres().run("DELETE FROM shop.orders WHERE sku = '9'");
    expect((await ingest(flags)).json.status).toBe("done");
    await expectSplit();
  });

  it("keeps uuids, texts, dates and missing values apart", async () => {
    await postgres().run(`CREATE TABLE odd (user_id uuid, item_id varchar, at date, stars real);
      INSERT INTO odd SELECT ('00000000-0000-0000-0000-00000000000' || u)::uuid, 'item "' || i || E'",\\n', date '2020-01-01' + i, i
        FROM generate_series(1, 2) u, generate_series(1, 4) i;
      INSERT INTO odd VALUES (NULL, 'x', '2020-01-01', 1), ('00000000-0000-0000-0000-000000000003', NULL, '2020-01-01', 1),
        ('00000000-0000-0000-0000-000000000003', '', '2020-01-01', 1)`);
    await ingest({ table: "odd", "time-column": "at", candidates: "full" });
    expect(await folder.ids("user")).toEqual([1, 2].map((user) => `00000000-0000-0000-0000-00000000000${user}`));
    expect(await folder.ids("item")).toEqual([1, 2, 3, 4].map((item) => `item "${item}",`)); // blanks round it go
    const steps = Object(folder.description()).cleaning.map(
      ({ step, rowsBefore, rowsAfter }: Record<string, number>) => [step, Number(rowsBefore) - Number(rowsAfter)],
    );
    expect(Object.fromEntries(steps)).toMatchObject({ "missing-user": 1, "missing-item": 2 });
  });

  it("takes a condition on a column with a quote in its name", async () => {
    await postgres().run(`CREATE TABLE quoted (user_id int, item_id int, "Siz""e" int);
      INSERT INTO quoted SELECT 1, i, i FROM generate_series(1, 6) i`);
    await ingest({ table: "quoted", where: '"siz""e" > 2', order: "row", candidates: "full" });
    expect(await folder.ids("item")).toEqual(["3", "4", "5", "6"]);
  });

  it("names times that nobody can place, like any malformed row", async () => {
    await postgres().run(`CREATE TABLE times (user_id int, item_id int, at timestamptz);
      INSERT INTO times SELECT 1, i, timestamptz '2020-01-01' + i * interval '1 day' FROM generate_series(1, 5) i;
      INSERT INTO times VALUES (1, 6, 'infinity'), (1, 7, NULL), (1, 8, '0044-03-15 BC')`);
    await expect(ingest({ table: "times", "time-column": "at" })).rejects.toThrow(/3 of 8 rows are malformed/);
    await ingest({ table: "times", "time-column": "at", "max-bad-rows": "0.5", candidates: "full" });
    expect(folder.description()).toMatchObject({ interactions: { train: 3, validation: 1, test: 1 } });
  });

  it("fetches no column that nobody asked for, and no id of ten megabytes gets in", async () => {
    await postgres().run(`CREATE TABLE big (user_id int, item_id text, note text, details jsonb);
      INSERT INTO big SELECT 1, 'i' || i, repeat('x', 10000000), to_jsonb(repeat('y', 10000000)) FROM generate_series(1, 4) i`);
    await ingest({ table: "big", order: "row", candidates: "full" });
    const [{ bytes }] = Object(folder.description()).sources;
    expect(bytes).toBe(4 * "1,i1\n".length);
    await postgres().run("INSERT INTO big VALUES (1, repeat('z', 10000000))");
    await expect(ingest({ table: "big" })).rejects.toThrow(
      /1 of 5 rows are malformed.*\n.*the line is longer than 2,000,000 bytes/,
    );
  });

  it("refuses columns that hold no ids, by the server's name of their type", async () => {
    const flags = { table: "shop.orders", "user-column": "details", "item-column": "sku" };
    await expect(ingest(flags)).rejects.toThrow(
      /table shop.orders: column "details" is of PostgreSQL's type jsonb, expected numbers, text or times; --query may make some of it/,
    );
    await expect(ingest({ ...flags, "user-column": "nobody" })).rejects.toThrow(
      /--user-column is "nobody", but the columns are id, customer, sku,/,
    );
    await expect(ingest({ query: "SELECT 1 AS a, 2 AS a" })).rejects.toThrow(/the header has the column "a" twice/);
  });

  it("refuses what is not there, and what is no question", async () => {
    await expect(ingest({ table: "shop.nothing" })).rejects.toThrow(
      /there is no table "shop.nothing"; tables there: .*shop\.orders/,
    );
    await expect(ingest({ query: "SELECT nope FROM shop.orders" })).rejects.toThrow(
      /describing the rows failed: column "nope" does not exist \(SQLSTATE 42703\)/,
    );
    for (const query of [
      "DELETE FROM shop.orders RETURNING customer, sku",
      "SELECT 1) x; DROP TABLE shop.orders; --",
    ]) {
      await expect(ingest({ query })).rejects.toThrow(/describing the rows failed: /);
    }
    await postgres().run(`CREATE FUNCTION clear() RETURNS int LANGUAGE sql AS 'DELETE FROM shop.orders; SELECT 1'`);
    await expect(ingest({ query: "SELECT clear() AS user_id, 1 AS item_id" })).rejects.toThrow(
      /reading the rows failed: cannot execute DELETE in a read-only transaction/,
    );
    expect(await postgres().run("SELECT count(*)::int AS n FROM shop.orders")).toEqual([{ n: 7 }]);
    await expect(ingest({ query: "SELECT 1 AS user_id, 2 AS item_id WHERE false" })).rejects.toThrow(
      /no rows, expected/,
    );
    expect(folder.leftovers()).toEqual([]);
  });

  it("refuses settings of files, and those that contradict each other", async () => {
    await expect(ingest({ ...columns, table: "shop.orders", delimiter: ";" })).rejects.toThrow(
      /--delimiter: .* is rows of PostgreSQL, table shop.orders, these are for text files/,
    );
    await expect(ingest({})).rejects.toThrow("which rows? give --table or --query as well");
    await expect(ingest({ table: "a", query: "b" })).rejects.toThrow("--table names the rows too");
    await expect(folder.ingest({ raw: "x.csv", table: "a" })).rejects.toThrow("only a database has it");
    await expect(folder.ingest({ raw: `mysql://u:${postgresPassword}@h/db` })).rejects.toThrow(
      /^--raw is "mysql:\/\/\.\.\.": expected a path, s3:\/\/bucket\/prefix, or postgres:\/\/host\/database$/,
    );
  });

  it("takes its password from the environment or from a file, and says who was refused without it", async () => {
    const open = `postgres://shop@127.0.0.1:${postgres().port}/postgres`;
    const flags = { ...columns, raw: open, table: "shop.orders" };
    await expect(folder.ingest(flags)).rejects.toThrow(/PostgreSQL (asks for a password|refuses user "shop")/);
    folder.variables = { PGPASSWORD: postgresPassword };
    await folder.ingest(flags);
    const file = folder.write("passwords", `*:*:*:shop:${postgresPassword.replaceAll(":", "\\:")}\n`);
    chmodSync(file, 0o600);
    folder.variables = { PGPASSFILE: file };
    expect((await folder.ingest(flags)).json.status).toBe("up-to-date");
    folder.variables = { PGPASSWORD: "s3cret of another" };
    const refusal = folder.ingest({ ...flags, force: "true" });
    await expect(refusal).rejects.toThrow(/^postgres:\/\/127.0.0.1:\d+\/postgres: PostgreSQL refuses user "shop"/);
    await expect(refusal).rejects.not.toThrow(SECRETS);
    await expect(folder.ingest({ ...flags, raw: postgres().url().replace("/postgres", "/nothing") })).rejects.toThrow(
      'there is no database "nothing"; end the address in --raw with another',
    );
  });

  it("says that nobody answers, or that the server has no such name", async () => {
    const flags = { table: "t" };
    await expect(folder.ingest({ ...flags, raw: "postgres://u:s3cret@127.0.0.1:1/db" })).rejects.toThrow(
      "postgres://127.0.0.1:1/db: no PostgreSQL answers there (ECONNREFUSED); start it, or mend the address in --raw",
    );
    await expect(folder.ingest({ ...flags, raw: "postgres://u:s3cret@nobody.invalid/db" })).rejects.toThrow(
      /^postgres:\/\/nobody.invalid\/db: there is no server of the name "nobody.invalid"/,
    );
  });

  it("speaks the TLS that the address asks for", async () => {
    const flags = { ...columns, table: "shop.orders" };
    const byName = (query: string): string => postgres().url(query).replace("127.0.0.1", "localhost");
    const trusted = `sslrootcert=${encodeURIComponent(postgres().certificate)}`;
    for (const query of [`sslmode=verify-full&${trusted}`, "sslmode=require"])
      await ingest({ ...flags, raw: byName(query) });
    await ingest({ ...flags, raw: postgres().url(`sslmode=verify-ca&${trusted}`) });
    for (const raw of [byName("sslmode=verify-full"), postgres().url(`sslmode=verify-full&${trusted}`)]) {
      await expect(ingest({ ...flags, raw })).rejects.toThrow(/its certificate is not trusted .*sslrootcert=FILE/);
    }
    await expect(ingest({ ...flags, raw: byName("sslmode=require&sslrootcert=/nothing.pem") })).rejects.toThrow(
      /a file of its certificates cannot be read \(ENOENT/,
    );
    await postgres().run("ALTER SYSTEM SET ssl = off");
    await postgres().run("SELECT pg_reload_conf()");
    await waitFor(async () => (await postgres().run("SHOW ssl"))[0]?.ssl === "off");
    await expect(ingest({ ...flags, raw: postgres().url("sslmode=require") })).rejects.toThrow(
      /the server speaks no TLS, which sslmode asks for/,
    );
    await ingest({ ...flags, raw: postgres().url("sslmode=prefer") });
  });

  const slowly =
    "SELECT g AS user_id, g + (pg_sleep(0.0005) IS NULL)::int AS item_id, repeat('x', 500) AS sku FROM generate_series(1, 200000) g";

  it("that is interrupted leaves the former dataset, and no session on the server", async () => {
    await ingest({ ...columns, table: "shop.orders" });
    const running = ingest({ query: slowly, "item-column": "sku" });
    await waitFor(async () => (await sessions()) > 0);
    folder.interruption.abort();
    expect(await running).toMatchObject({ exitCode: 130 });
    await expectSplit();
    expect(folder.leftovers()).toEqual(["t"]);
    await waitFor(async () => (await sessions()) === 0);
  });

  it("whose server dies in the middle leaves the former dataset", async () => {
    await ingest({ ...columns, table: "shop.orders" });
    const running = ingest({ query: slowly, "item-column": "sku" }).catch((error: Error) => error.message);
    await waitFor(async () => (await sessions()) > 0);
    await postgres().kill();
    expect(await running).toMatch(
      /: the connection was lost while reading the rows \(.*\); run the same command again$/,
    );
    await expectSplit();
    expect(folder.leftovers()).toEqual(["t"]);
    await postgres().start();
  });

  const sessions = async (): Promise<number> => {
    const [row] = await postgres().run(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'lawn-ranker' AND query LIKE 'COPY%'",
    );
    return Number(row?.n);
  };
});

async function waitFor(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}
