/** --where by its syntax tree: what looks at one row passes, everything that could reach further is refused by name. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { withinTime } from "../../../src/interactions/database/time-limit.ts";
import { openWorkDatabase, type WorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { checkCondition } from "../../../src/interactions/reading/check-condition.ts";
import { openRelation, type TableSource } from "../../../src/interactions/sources/table-source.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
let database: WorkDatabase;
let source: TableSource;
beforeAll(async () => {
  database = await openWorkDatabase({
    path: path.join(temporary("."), "work.duckdb"),
    spillDirectory: temporary("spill"),
    memoryLimit: "256MB",
    readable: [temporary("mine[1]*.csv")],
  });
  await database.run(
    `CREATE TABLE log (rating DOUBLE, title VARCHAR, "when" TIMESTAMP, tags VARCHAR[], extra STRUCT(device VARCHAR), seen INTEGER)`,
  );
  source = await openRelation(database, "log", "log.parquet", "parquet");
});
afterAll(() => database.close());

const check = (condition: string): Promise<void> => checkCondition(database, condition, source);

describe("a condition", () => {
  it.each([
    "rating >= 4 AND NOT seen = 1 OR rating IS NULL",
    "Rating BETWEEN 1 AND 2 AND seen IN (1, 2, 3)",
    `title LIKE '%a%b%c%d%' AND title NOT ILIKE 'The %' AND title ^@ 'A'`,
    `"when" >= TIMESTAMP '2020-01-01' AND "when" < DATE '2021-01-01' + INTERVAL 1 DAY`,
    `CASE WHEN seen = 1 THEN rating > 3 ELSE extract(year FROM "when") = 2020 END`,
    "coalesce(try_cast(title AS INTEGER), 0) % 2 = 0 AND hash(title) % 10 = 0",
    "regexp_matches(lower(title), '^the .* of') AND len(tags) > 1 AND list_contains(tags, 'x')",
    "extra.device = 'phone' AND tags[1] <> 'y' AND (seen, rating) <> (1, 2)",
    "title IS DISTINCT FROM 'x' AND -abs(rating) ** 2 < round(rating / 3) // 1 AND nullif(seen, 0) > 1",
  ])("may look at a row: %s", async (condition) => {
    await expect(check(condition)).resolves.toBeUndefined();
  });

  it.each([
    ["(SELECT content FROM read_text('/etc/passwd')) LIKE 'root%'", "holds a sub-query"],
    ["seen IN (SELECT range FROM range(1000000000000))", "holds a sub-query"],
    ["EXISTS (FROM glob('/*'))", "holds a sub-query"],
    ["rating = ANY([1, 2])", "holds a sub-query"],
    ["row_number() OVER () < 5", "holds a window"],
    ["sum(rating) > 1", 'holds the function "sum"'],
    ["random() < 0.5", 'holds the function "random"'],
    [`"when" > now()`, 'holds the function "now"'],
    [`"when" > current_timestamp`, 'holds "current_timestamp", which is no column'],
    [`"when" > current_date`, 'holds "current_date", which is no column'],
    [`age("when") > INTERVAL 1 DAY`, 'holds the function "age"'],
    ["current_setting('temp_directory') = ''", 'holds the function "current_setting"'],
    ["getenv('HOME') = ''", 'holds the function "getenv"'],
    ["read_text('/etc/passwd') = ''", 'holds the function "read_text"'],
    ["json_serialize_sql('SELECT 1') = ''", 'holds the function "json_serialize_sql"'],
    ["sleep_ms(10000) IS NULL", 'holds the function "sleep_ms"'],
    ["len(repeat(title, 1000000000)) > 1", 'holds the function "repeat"'],
    ["replace(title, 'a', 'aaaaaaaaaa') = 'b'", 'holds the function "replace"'],
    ["len(range(1000000000)) > 1", 'holds the function "range"'],
    ["len(list_filter(tags, tag -> tag > 'a')) > 1", 'holds the function "list_filter"'],
    ["20! > 1", 'holds the operator "!__postfix"'],
    ["title::json IS NOT NULL", "holds a cast to json"],
    ["title COLLATE nocase = 'x'", "holds a collate"],
    ["title.upper() = 'X'", "a function behind a point; write"],
    ["system.main.lower(title) = 'x'", "a function behind a point; write"],
    ["COLUMNS(*) IS NOT NULL", "holds a star"],
    ["unknown = 1", 'holds "unknown", which is no column'],
    ["? = 1", "holds a parameter"],
    ["#1 = 1", "holds a positional reference"],
    ["title LIKE title", "a pattern that is not a plain text"],
    ["title ILIKE '%a%b%c%'", 'holds "%a%b%c%", 4 wildcards'],
    ["title GLOB '*a*b*c*'", 'holds "*a*b*c*", 4 wildcards'],
    ["list_value(DISTINCT title) IS NULL", 'holds the function "list_value" as an aggregate'],
    ["lower(title) FILTER (WHERE seen = 1) = 'x'", 'holds the function "lower" as an aggregate'],
    ["true) FROM log; DROP TABLE log; SELECT (true", "is not a single SQL expression"],
    ["true) AS x, (false", "is not a single SQL expression"],
    ["true) FROM log WHERE (true", "is not a single SQL expression"],
    ["true) UNION SELECT (true", "is not a single SQL expression"],
    ["true) ORDER BY (1", "is not a single SQL expression"],
    ["true) LIMIT (SELECT 1", "is not a single SQL expression"],
    ["", "is not a single SQL expression"],
    ["rating + 1", "is of type DOUBLE, not true or false"],
  ])("may not reach further: %s", async (condition, reason) => {
    await expect(check(condition)).rejects.toThrow(reason);
  });

  it("may not be longer than a person writes it", async () => {
    const long = `true${" OR rating = 1".repeat(1000)}`; // 4 + 1000 * 14
    await expect(check(long)).rejects.toThrow("--where has 14004 characters, expected at most 10000");
    const nested = `${"abs(".repeat(1500)}rating${")".repeat(1500)} > 1`;
    await expect(check(nested)).rejects.toThrow("--where");
  });

  it("is told what it may hold and which columns there are", async () => {
    const message = await check("uuid() = ''").catch((error: Error) => error.message);
    expect(message).toMatch(/one row at a time and may hold columns, values, AND, .* these functions: abs, .* year/);
    expect(message).toContain("columns of log.parquet: rating DOUBLE, title VARCHAR");
  });
});

describe("the database a condition runs in", () => {
  it("reads the files it was opened for, brackets and stars in their names included, and nothing else", async () => {
    writeFileSync(temporary("mine[1]*.csv"), "a,b\n1,2\n");
    writeFileSync(temporary("other.csv"), "a,b\n1,2\n");
    const rows = (name: string) => database.rows(`SELECT a FROM read_csv('${temporary(name)}')`);
    await expect(rows("mine[[]1][*].csv")).resolves.toEqual([{ a: 1 }]);
    await expect(rows("other.csv")).rejects.toThrow("Permission Error");
    for (const statement of [
      "SELECT * FROM read_text('/etc/passwd')",
      "SELECT * FROM glob('/*')",
      `COPY log TO '${temporary("out.csv")}'`,
      `ATTACH '${temporary("other.duckdb")}'`,
      "INSTALL httpfs",
      "SET enable_external_access = true",
      "SET allowed_paths = ['/etc/passwd']",
    ]) {
      await expect(database.run(statement)).rejects.toThrow();
    }
  });

  it("stops what takes longer than it may, and can be asked again", async () => {
    const endless = () => database.count("SELECT count(*) FROM range(100000000000) a, range(1000) b");
    await expect(withinTime(database, "--where", 0.3, endless)).rejects.toThrow(
      "--where was not done after 0.3 s and was stopped",
    );
    expect(await withinTime(database, "--where", 60, () => database.count("SELECT 7"))).toBe(7);
  });
});
