/** The stage `data` against a server of our own: cut, refused, wrong and repeated downloads. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { dataStage } from "../../../pipelines/data/data.ts";
import type { StageContext } from "../../../pipelines/stage.ts";
import { dataSchema } from "../../../src/config/schemas/data-schema.ts";
import { downloadFile } from "../../../src/transfer/download-file.ts";
import { zipOf } from "../../support/data/zip-archive.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const CONTENT = Buffer.from(Array.from({ length: 5_000 }, (_, k) => `${k}\t${k * 7}\n`).join(""));

describe("the stage data", () => {
  const place = useTemporaryFolder();
  let server: Server;
  let baseUrl = "";
  let answers: Answer[] = [];
  let requests: { readonly url: string; readonly range: string | undefined }[] = [];
  let lines: string[] = [];
  let folders = 0;

  beforeEach(async () => {
    [answers, requests, lines] = [[], [], []];
    folders++;
    server = createServer((request, response) => {
      requests.push({ url: request.url ?? "", range: request.headers.range });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      (answer ?? whole(CONTENT))(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the test server has no port");
    baseUrl = `http://127.0.0.1:${address.port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const dataRoot = () => place(`data-${folders}`);
  const rawFolder = (dataset: string) => `${dataRoot()}/raw/${dataset}`;
  const fetchDataset = (dataset: string, settings: Readonly<Record<string, unknown>> = {}) => {
    const given = { dataset, dataRoot: dataRoot(), baseUrl, attempts: 3, retrySeconds: 0, ...settings };
    return dataStage.run(dataSchema.parse(given), contextOf(lines));
  };

  it("fetches every file of a split, and none that is there already", async () => {
    const first = await fetchDataset("pinterest-20");
    expect(requests.map(({ url }) => url)).toEqual([
      "/pinterest-20.train.rating",
      "/pinterest-20.test.rating",
      "/pinterest-20.test.negative",
    ]);
    expect((await readdir(rawFolder("pinterest-20"))).sort()).toEqual([
      "pinterest-20.test.negative",
      "pinterest-20.test.rating",
      "pinterest-20.train.rating",
    ]);
    expect(await readFile(`${rawFolder("pinterest-20")}/pinterest-20.train.rating`)).toEqual(CONTENT);
    expect(first.text).toContain(createHash("sha256").update(CONTENT).digest("hex"));
    expect(lines.join("\n")).toContain("gives no checksum to hold it to");
    expect(lines.join("\n")).toContain("Research use");
    expect((await fetchDataset("pinterest-20")).text).toContain("already there, left as it is");
    expect(requests.length).toBe(3);
  });

  /** Sends the first bytes of Pinterest's log and cuts the connection once they are in the file beside it. */
  function cutAfter(content: Buffer, bytes: number): Answer {
    return async (_, response) => {
      response.writeHead(200, { "content-length": String(content.length), etag: ETAG });
      response.write(content.subarray(0, bytes));
      const partial = `${rawFolder("pinterest-20")}/pinterest-20.train.rating.partial`;
      while ((await readFile(partial).catch(() => "")).length < bytes) await sleep(5);
      response.destroy();
    };
  }

  it("goes on after a cut connection where it stopped", async () => {
    answers = [cutAfter(CONTENT, 20_000), ranged(CONTENT)];
    await fetchDataset("pinterest-20");
    expect(requests[1]).toEqual({ url: "/pinterest-20.train.rating", range: "bytes=20000-" });
    expect(await readFile(`${rawFolder("pinterest-20")}/pinterest-20.train.rating`)).toEqual(CONTENT);
  });

  it("starts again when the file has changed meanwhile", async () => {
    const other = Buffer.from(CONTENT.toString().replaceAll("7", "8"));
    answers = [cutAfter(CONTENT, 20_000), whole(other)];
    await fetchDataset("pinterest-20");
    expect(await readFile(`${rawFolder("pinterest-20")}/pinterest-20.train.rating`)).toEqual(other);
  });

  it("gives up after the attempts, keeps what it has and says what to do", async () => {
    answers = [cutAfter(CONTENT, 20_000), refuse(503)];
    await expect(fetchDataset("pinterest-20")).rejects.toThrow(
      /the server answered 503 .*3 times in a row; the same command resumes where it stopped, or fetch http.* by hand .* put it into /,
    );
    expect(await readFile(`${rawFolder("pinterest-20")}/pinterest-20.train.rating.partial`)).toEqual(
      CONTENT.subarray(0, 20_000),
    );
    answers = [ranged(CONTENT)];
    await fetchDataset("pinterest-20");
    expect(await readFile(`${rawFolder("pinterest-20")}/pinterest-20.train.rating`)).toEqual(CONTENT);
  });

  it("takes silence for a cut connection", async () => {
    answers = [(_, response) => void response.writeHead(200, { "content-length": "100" }).write("begun")];
    await expect(fetchDataset("pinterest-20", { attempts: 1, stallSeconds: 0.2 })).rejects.toThrow(
      "brought nothing for 0.2 s",
    );
  });

  it("says at once that a file is not there, and where to put one", async () => {
    answers = [refuse(404)];
    await expect(fetchDataset("ml-100k")).rejects.toThrow(
      `${baseUrl}/ml-100k.zip: the file is not there (HTTP 404); fetch ${baseUrl}/ml-100k.zip by hand (a browser knows your proxy), unpack it and put its u.data into ${rawFolder("ml-100k")}`,
    );
    expect(requests.length).toBe(1);
  });

  it("throws away what has the wrong checksum", async () => {
    await expect(fetchDataset("ml-100k")).rejects.toThrow(
      /md5 of the \d+ bytes received is [0-9a-f]{32}, expected 0e33842e/,
    );
    expect(await readdir(rawFolder("ml-100k"))).toEqual([]);
  });

  it("says that there is no connection", async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(fetchDataset("ml-100k")).rejects.toThrow(
      /no connection to the server \(ECONNREFUSED.*3 times in a row/,
    );
  });

  it("unpacks what it needs from an archive and drops the rest", async () => {
    const names = ["ratings.csv", "movies.csv", "README.txt", "links.csv"];
    answers = [
      whole(zipOf(names.map((name) => ({ name: `ml-latest-small/${name}`, content: Buffer.from(`this is ${name}`) })))),
    ];
    await fetchDataset("ml-latest-small");
    expect((await readdir(rawFolder("ml-latest-small"))).sort()).toEqual(["README.txt", "movies.csv", "ratings.csv"]);
    expect(await readFile(`${rawFolder("ml-latest-small")}/ratings.csv`, "utf8")).toBe("this is ratings.csv");
  });

  it("refuses an archive that lacks the log or is damaged", async () => {
    answers = [whole(zipOf([{ name: "other.csv", content: Buffer.from("1") }]))];
    await expect(fetchDataset("ml-latest-small")).rejects.toThrow(
      'there is no member "ml-latest-small/README.txt"; found other.csv',
    );
    answers = [whole(CONTENT)];
    await expect(fetchDataset("ml-latest-small")).rejects.toThrow("not a zip archive, or its end is missing");
  });

  it("leaves a log alone that was put there by hand, compressed or not", async () => {
    await mkdir(rawFolder("ml-1m"), { recursive: true });
    await writeFile(`${rawFolder("ml-1m")}/ratings.dat.gz`, "");
    expect((await fetchDataset("ml-1m")).text).toContain("ml-1m.zip: already there");
    expect(requests).toEqual([]);
  });

  it("has nothing to fetch for the sample", async () => {
    expect((await fetchDataset("sample")).text).toContain("needs no download");
  });

  it("stops when asked to and leaves no file under its own name", async () => {
    const controller = new AbortController();
    answers = [(_, response) => void response.writeHead(200, { "content-length": "100", etag: '"a"' }).write("begun")];
    const options = {
      url: `${baseUrl}/file`,
      path: place("stopped"),
      checksum: null,
      mostBytes: 1000,
      byHand: "",
      attempts: 3,
      retrySeconds: 0,
      stallSeconds: 30,
      signal: controller.signal,
      onProgress: (done: number) => done > 0 && controller.abort(),
      onRetry: () => undefined,
    };
    await expect(downloadFile(options)).rejects.toHaveProperty("name", "AbortError");
    expect(await readFile(place("stopped.partial"), "utf8")).toBe("begun");
  });

  it("takes no more than the file may have, whether the server says how much is coming or goes on for ever", async () => {
    const endless: Answer = (_, response) => {
      const go = (): void => void response.write(CONTENT, (error) => error ?? setImmediate(go));
      go();
    };
    let most = 0;
    for (const answer of [whole(CONTENT), endless]) {
      answers = [answer];
      const options = {
        url: `${baseUrl}/file`,
        path: place("endless"),
        checksum: null,
        mostBytes: 40_000,
        byHand: "fetch it by hand",
        attempts: 3,
        retrySeconds: 0,
        stallSeconds: 30,
        signal: new AbortController().signal,
        onProgress: (done: number) => {
          most = Math.max(most, done);
        },
        onRetry: () => undefined,
      };
      await expect(downloadFile(options)).rejects.toThrow(
        /more than the 40000 bytes that this file may have, so it is another; fetch it by hand/,
      );
      expect((await readdir(place("."))).filter((name) => name.startsWith("endless"))).toEqual([]);
    }
    expect(most).toBeLessThanOrEqual(40_000);
  });
});

const ETAG = '"first"';

function whole(content: Buffer): Answer {
  return (_, response) => void response.writeHead(200, { "content-length": String(content.length) }).end(content);
}

/** Honours ranges of the version it has. */
function ranged(content: Buffer): Answer {
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from === 0 || request.headers["if-range"] !== ETAG) return whole(content)(request, response);
    response.writeHead(206, {
      "content-length": String(content.length - from),
      "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
      etag: ETAG,
    });
    response.end(content.subarray(from));
  };
}

function refuse(status: number): Answer {
  return (_, response) => void response.writeHead(status).end();
}

function contextOf(lines: string[]): StageContext {
  return {
    now: () => 0,
    elapsed: () => 0,
    peakMemoryBytes: () => 0,
    freeMemoryBytes: () => Number.POSITIVE_INFINITY,
    log: (line) => void lines.push(line),
    report: () => {},
    terminal: null,
    signal: new AbortController().signal,
    processId: 1,
    place: "here",
    token: "this",
    isProcessAlive: () => true,
    recommendations: [],
    choices: [],
    givenAsFlags: [],
    environment: { packageVersion: "0", node: "v20", platform: "test", gitCommit: null, variables: {} },
  };
}
