/**
 * A table replaced by rows in COPY's binary format: any values come back as they were, and a server that changes them
 * is found out.
 */
import { beforeAll, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type BinaryColumn, binaryRows } from "../../src/postgres/binary-rows.ts";
import { connectToPostgres } from "../../src/postgres/connect.ts";
import { replaceTable } from "../../src/postgres/replace-table.ts";
import { describePostgres, usePostgres } from "../support/servers/postgres-server.ts";

const { signal } = new AbortController();

it("is the bytes that the manual describes", async () => {
  const columns: BinaryColumn[] = [
    { type: "bigint", values: BigInt64Array.of(-2n) },
    { type: "text", values: ["é"] },
    { type: "integer", values: Uint32Array.of(7) },
    { type: "real", values: Float32Array.of(1.5) },
  ];
  const pieces: Buffer[] = [];
  for await (const piece of binaryRows(once(columns))) pieces.push(piece);
  expect(Buffer.concat(pieces).toString("hex")).toBe(
    [
      "5047434f50590aff0d0a00", // PGCOPY \n 255 \r \n 0
      "00000000 00000000", // flags, no extension
      "0004", // fields
      "00000008 fffffffffffffffe",
      "00000002 c3a9",
      "00000004 00000007",
      "00000004 3fc00000", // 1.5 = 1.1 binary: exponent 127, first bit of the fraction
      "ffff", // the end
    ]
      .join("")
      .replaceAll(" ", ""),
  );
});

describePostgres("a table that is replaced", () => {
  const postgres = usePostgres();
  const write = async (columns: readonly BinaryColumn[]) => {
    const world = { variables: {}, signal, log: () => {} };
    const session = await connectToPostgres(postgres().url(), "--output", world);
    const shape = {
      schema: null,
      table: "any values",
      columns: [
        { name: "number", type: "bigint" as const },
        { name: "a text", type: "text" as const },
        { name: "rank", type: "integer" as const },
        { name: "score", type: "real" as const },
      ],
      key: ["rank"],
      comment: "it's of a test",
    };
    try {
      return await replaceTable(session, shape, binaryRows(once(columns)), signal);
    } finally {
      await session.close();
    }
  };
  const text = fc.string({ unit: "binary" }).map((some) => some.replaceAll("\0", ""));
  const row = fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), text, fc.float({ noNaN: true }));

  it("holds any numbers and texts as they were", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 50 }), async (rows) => {
        const written = await write(columnsOf(rows));
        expect(written.rows).toBe(rows.length);
        const found = await postgres().run(
          'SELECT number::text AS number, "a text" AS text, score::float8 AS score FROM "any values" ORDER BY rank',
        );
        expect(found).toEqual(
          rows.map(([number, some, score]) => ({
            number: String(number),
            text: some,
            score: Object.is(score, -0) ? -0 : score,
          })),
        );
      }),
      { numRuns: 10 },
    );
  }, 60_000);

  it("is put off where a text has a zero byte, which the server cannot hold", async () => {
    await write(columnsOf([[1n, "a", 1]]));
    await expect(write(columnsOf([[2n, "b\0", 1]]))).rejects.toThrow(
      /a text that PostgreSQL cannot hold \(invalid byte sequence/,
    );
    expect(await postgres().run('SELECT number::int AS n FROM "any values"')).toEqual([{ n: 1 }]);
  });

  beforeAll(async () => {
    await postgres().run(`
      CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.score := NEW.score + 1; RETURN NEW; END';
      CREATE FUNCTION add_meddling() RETURNS event_trigger LANGUAGE plpgsql AS $$
        DECLARE made record;
        BEGIN
          FOR made IN SELECT object_identity FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' LOOP
            EXECUTE 'CREATE TRIGGER meddling BEFORE INSERT ON ' || made.object_identity || ' FOR EACH ROW EXECUTE FUNCTION meddle()';
          END LOOP;
        END $$`);
  });

  it("is put off where the server gives back other rows than it was given", async () => {
    await postgres().run(
      "CREATE EVENT TRIGGER meddling ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION add_meddling()",
    );
    await expect(write(columnsOf([[2n, "b", 1]]))).rejects.toThrow(
      /the server gives back other rows than it was given .*; nothing was replaced/,
    );
    expect(await postgres().run('SELECT number::int AS n FROM "any values"')).toEqual([{ n: 1 }]);
  });
});

function columnsOf(rows: readonly (readonly [bigint, string, number])[]): BinaryColumn[] {
  return [
    { type: "bigint", values: BigInt64Array.from(rows, ([number]) => number) },
    { type: "text", values: rows.map(([, text]) => text) },
    { type: "integer", values: Uint32Array.from(rows, (_, index) => index + 1) },
    { type: "real", values: Float32Array.from(rows, ([, , score]) => score) },
  ];
}

async function* once(columns: readonly BinaryColumn[]) {
  yield columns;
}
