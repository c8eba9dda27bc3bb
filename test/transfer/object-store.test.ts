/**
 * An object store over HTTP: what is written comes back, what may pass is tried again, what is
 * damaged or refused is named.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { defaultTransferSettings, type ObjectStore, openObjectStore } from "../../src/transfer/object-store.ts";
import { useS3 } from "../support/servers/s3-server.ts";
import { silentContext } from "../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const s3 = useS3();
const quick = { ...defaultTransferSettings, attempts: 3, firstWaitSeconds: 0.001, stallSeconds: 0.2 };

const bytes = Buffer.from(Array.from({ length: 2500 }, (_, at) => (at * 31) % 251));
const content = { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };

interface Opening {
  readonly url?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly partBytes?: number;
  readonly now?: () => number;
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

function open({
  url = "s3://bucket/a prefix",
  variables = {},
  now = Date.now,
  log = () => {},
  signal = silentContext.signal,
  ...settings
}: Opening = {}): ObjectStore {
  const environment = { ...silentContext.environment, variables: { ...s3().variables, ...variables } };
  return openObjectStore(url, { ...silentContext, now, log, signal, environment }, { ...quick, ...settings });
}

beforeEach(async () => {
  s3().objects.clear();
  s3().answered.length = 0;
  s3().trouble = () => null;
  s3().sessionToken = null;
  await writeFile(temporary("sent"), bytes);
});

describe("objects of a prefix", () => {
  it("are all listed, whatever their keys, and are no others'", async () => {
    const keys = ["a", "b c", "d+e", "f/g", "f/h", "f/i", "f/é&<x>"];
    for (const key of keys) s3().objects.set(`bucket/a prefix/${key}`, Buffer.from(key));
    s3().objects.set("bucket/a prefix of another/x", bytes);
    const listed = await open().list("");
    expect(listed.map(({ key }) => key)).toEqual(keys);
    expect(listed.map(({ bytes }) => bytes)).toEqual(keys.map((key) => Buffer.byteLength(key)));
    expect((await open().list("f/")).map(({ key }) => key)).toEqual(keys.slice(3));
    expect(await open().list("nothing")).toEqual([]);
    // Three a page.
    expect(s3().answered.filter((line) => line.includes("list-type=2"))).toHaveLength(3 + 2 + 1);
  });

  it("are fetched in the version that was listed, or not at all", async () => {
    s3().objects.set("bucket/a prefix/x", bytes);
    const [object] = await open().list("x");
    await open().fetch(object!, temporary("fetched"));
    expect(await readFile(temporary("fetched"))).toEqual(bytes);
    const lines: string[] = [];
    let cuts = 1;
    s3().trouble = (request) => (request.startsWith("GET bucket/a prefix/x") && cuts-- > 0 ? "cut" : null);
    await open({ log: (line) => lines.push(line) }).fetch(object!, temporary("fetched again"));
    expect(await readFile(temporary("fetched again"))).toEqual(bytes);
    expect(lines).toEqual([expect.stringMatching(/trying again/)]);
    for (const change of [
      () => s3().objects.set("bucket/a prefix/x", Buffer.from("other")),
      () => s3().objects.clear(),
    ]) {
      change();
      await expect(open().fetch(object!, temporary("none"))).rejects.toThrow(
        "s3://bucket/a prefix/x: was replaced or removed while it was read; run the same command again",
      );
    }
    expect(existsSync(temporary("none"))).toBe(false);
  });
});

describe("an object", () => {
  it("comes back as it was written, file or text, and is gone when removed", async () => {
    const store = open();
    expect([await store.size("x"), await store.readText("x")]).toEqual([null, null]);
    await store.upload("a/b c+d(e)é", temporary("sent"), content);
    expect(s3().objects.get("bucket/a prefix/a/b c+d(e)é")).toEqual(bytes);
    expect(await store.size("a/b c+d(e)é")).toBe(2500);
    await store.download("a/b c+d(e)é", temporary("received"), content);
    expect(await readFile(temporary("received"))).toEqual(bytes);
    await store.writeText("note", "one é\n");
    expect(await store.readText("note")).toBe("one é\n");
    await store.remove("note");
    await store.remove("note");
    expect(await store.readText("note")).toBeNull();
  });

  it("may be empty", async () => {
    await writeFile(temporary("nothing"), "");
    const nothing = { bytes: 0, sha256: createHash("sha256").digest("hex") };
    await open().upload("nothing", temporary("nothing"), nothing);
    await open().download("nothing", temporary("nothing back"), nothing);
    expect(await readFile(temporary("nothing back"), "utf8")).toBe("");
  });

  it("goes up in parts where it is large, and arrives as one", async () => {
    await open({ partBytes: 1000 }).upload("large", temporary("sent"), content);
    expect(s3().objects.get("bucket/a prefix/large")).toEqual(bytes);
    const parts = s3().answered.filter((line) => line.startsWith("PUT"));
    expect(parts).toHaveLength(3); // 1000 + 1000 + 500
    expect(parts[2]).toMatch(/large\?partNumber=3&uploadId=\S+ 200/);
  });

  it("of which a part fails is sent without the others again, and leaves no parts where it fails for good", async () => {
    let failures = 0;
    s3().trouble = (request) => (request.includes("partNumber=2") && failures++ < 1 ? 503 : null);
    await open({ partBytes: 1000 }).upload("large", temporary("sent"), content);
    expect(s3().answered.filter((line) => line.startsWith("PUT"))).toHaveLength(4);
    s3().trouble = (request) => (request.includes("partNumber=2") ? 503 : null);
    await expect(open({ partBytes: 1000 }).upload("other", temporary("sent"), content)).rejects.toThrow("503");
    expect(s3().answered.at(-1)).toMatch(/DELETE .*other\?uploadId=.* 204/);
  });

  it("leaves no parts where it is interrupted", async () => {
    const stop = new AbortController();
    s3().trouble = (request) => {
      if (request.includes("partNumber=2")) stop.abort();
      return null;
    };
    await expect(
      open({ partBytes: 1000, signal: stop.signal }).upload("x", temporary("sent"), content),
    ).rejects.toThrow();
    expect(s3().answered.at(-1)).toMatch(/DELETE .*x\?uploadId=.* 204/);
  });

  it("whose size HEAD may not tell is asked for once more, without its body", async () => {
    s3().objects.set("bucket/a prefix/x", bytes);
    s3().trouble = (request) => (request.startsWith("HEAD") ? 403 : null);
    expect(await open().size("x")).toBe(2500);
  });

  it("carries a session token where there is one", async () => {
    s3().sessionToken = "token of a day";
    await open({ variables: { AWS_SESSION_TOKEN: "token of a day" } }).writeText("x", "y");
    await expect(open({ variables: { AWS_SESSION_TOKEN: "stale" } }).writeText("x", "y")).rejects.toThrow(
      "refuses AWS_SESSION_TOKEN (InvalidToken); get new credentials",
    );
  });
});

describe("trouble that passes", () => {
  it("is tried again, and told", async () => {
    const lines: string[] = [];
    let failures = 0;
    s3().trouble = () => (failures++ < 2 ? 500 : null);
    await open({ log: (line) => void lines.push(line) }).upload("x", temporary("sent"), content);
    expect(s3().objects.get("bucket/a prefix/x")).toEqual(bytes);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(
      /^s3:\/\/bucket\/a prefix\/x: the server answered 500 \(InternalError: .*\); trying again in 0.002 s$/,
    );
  });

  it("ends in an error where it does not pass", async () => {
    s3().trouble = () => 503;
    await expect(open().writeText("x", "y")).rejects.toThrow(/the server answered 503 .*, 3 times in a row/);
    expect(s3().answered).toHaveLength(3);
  });

  it("is also a cut or silent connection, or none", async () => {
    s3().objects.set("bucket/a prefix/x", bytes);
    let failures = 0;
    s3().trouble = () => (failures++ < 2 ? "cut" : null);
    await open().download("x", temporary("cut"), content);
    expect(await readFile(temporary("cut"))).toEqual(bytes);
    s3().trouble = () => "silent";
    await expect(open().readText("x")).rejects.toThrow(/brought nothing for 0.2 s, 3 times in a row/);
    await expect(open({ variables: { AWS_ENDPOINT_URL: "http://127.0.0.1:1" } }).readText("x")).rejects.toThrow(
      /no connection to the server \(ECONNREFUSED.*3 times in a row/,
    );
  });
});

describe("an object that is not what it should be", () => {
  it.each([
    ["truncated", bytes.subarray(0, 700), "has 700 bytes, expected 2500"],
    ["of other bytes", Buffer.from(bytes.map((byte, at) => (at === 9 ? byte ^ 1 : byte))), "sha256 is"],
  ])("is refused when %s, and no file is left", async (_, damaged, message) => {
    s3().objects.set("bucket/a prefix/x", damaged);
    await expect(open().download("x", temporary("damaged"), content)).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(
        new RegExp(`^s3://bucket/a prefix/x: ${message}.*, so it is damaged there; remove the object`),
      ),
    });
    expect(existsSync(temporary("damaged"))).toBe(false);
  });

  it("is refused by the server where the file is not of the hash it is sent under", async () => {
    const sent = open().upload("x", temporary("sent"), { ...content, sha256: "0".repeat(64) });
    await expect(sent).rejects.toThrow("XAmzContentSHA256Mismatch");
    expect(s3().objects.size).toBe(0);
  });
});

describe("a refusal", () => {
  it.each([
    ["an unknown key", { AWS_ACCESS_KEY_ID: "AKIDOTHER" }, 'the access key "AKID..." is unknown to http://127.0.0.1'],
    ["a wrong secret", { AWS_SECRET_ACCESS_KEY: "wrong" }, "AWS_SECRET_ACCESS_KEY is not the secret of this key"],
    [
      "a wrong region",
      { AWS_REGION: "us-east-1" },
      'the bucket is in region "eu-test-1", but AWS_REGION is "us-east-1"',
    ],
  ])("of %s says so, whatever was asked, and is not tried again", async (_, variables, message) => {
    const store = open({ variables });
    await expect(store.size("x")).rejects.toMatchObject({
      name: "StorageError",
      message: expect.stringContaining(message),
    });
    await expect(store.readText("x")).rejects.toThrow(message);
    await expect(store.upload("x", temporary("sent"), content)).rejects.toThrow(message);
    expect(s3().answered.filter((line) => !line.startsWith("HEAD"))).toHaveLength(3);
  });

  it("of a bucket that is not there says so", async () => {
    const store = open({ url: "s3://nowhere/a" });
    const message =
      /s3:\/\/nowhere\/a\/x: there is no bucket "nowhere" at http:\/\/127.*; make it, or give another bucket/;
    await expect(store.readText("x")).rejects.toThrow(message);
    await expect(store.writeText("x", "y")).rejects.toThrow(message);
  });

  it("of a clock that is wrong says so", async () => {
    await expect(open({ now: () => Date.now() - 3600_000 }).readText("x")).rejects.toThrow("the clock of this machine");
  });

  it("of what the credentials may not do names what they must be allowed", async () => {
    s3().trouble = () => 403;
    await expect(open().size("x")).rejects.toThrow(
      /answered 403 .*s3:GetObject, s3:PutObject and s3:DeleteObject there/,
    );
  });

  it("of a file that is to be fetched and is not there says how it comes back", async () => {
    await expect(open().download("x", temporary("absent"), content)).rejects.toThrow(
      "is not there; the same lawn-ranker",
    );
    expect(existsSync(temporary("absent"))).toBe(false);
  });
});
