/** The example server of the docs under requests of every kind: each is answered or cut, and the next one is served. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { trainStage } from "../../pipelines/train/train.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { trainSchema } from "../../src/config/schemas/train-schema.ts";
import { type RandomBlock, streamKey, threefry } from "../../src/random.ts";
import { IngestFolder } from "../support/data/ingest-folder.ts";
import { compiledPackage } from "../support/stages/compiled-program.ts";
import { silentContext } from "../support/stages/silent-context.ts";

const folder = new IngestFolder();
let server: ChildProcess | undefined;
let port = 0;
let complaints = "";
beforeAll(async () => {
  const rows = Array.from({ length: 72 }, (_, k) => `u${k % 12},i${(k * 5) % 11},${k}`);
  await folder.ingest({ raw: folder.write("log.csv", ["user,item,time", ...rows].join("\n")) });
  const roots = { "data-root": folder.dataRoot, "models-root": path.join(folder.path, "models") };
  const flags = {
    ...roots,
    dataset: "t",
    model: "mf",
    run: "mf",
    epochs: "1",
    k: "1",
    baselines: "none",
    "validation-metric": "HR@1",
  };
  const config = parseConfig({ schema: trainSchema, layers: [], flags: { ...flags, engine: "reference" } });
  await trainStage.run(config, silentContext);
  const args = ["docs/examples/serve.mjs", path.join(folder.path, "models/t/mf"), path.join(folder.dataRoot, "t"), "0"];
  server = spawn(process.execPath, args, { cwd: await compiledPackage(), stdio: ["ignore", "pipe", "pipe"] });
  server.stderr!.on("data", (text) => {
    complaints += text;
  });
  const [line] = (await once(server.stdout!, "data")) as [Buffer];
  port = Number(/:(\d+)\s*$/.exec(line.toString())?.[1]);
}, 120_000);
afterAll(() => {
  server?.kill(); // absent where it did not start
  folder.remove();
});

/** A connection of our own: fetch would mend what is wrong with a request. */
function open(): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}); // the server may cut what it does not understand
  return socket;
}

/** The status line's number; 0 where the server cut the connection. */
async function statusOf(request: string | Buffer): Promise<number> {
  const socket = open();
  let answer = "";
  socket.on("data", (text) => {
    answer += text;
  });
  socket.end(request);
  await once(socket, "close");
  return Number(/^HTTP\/1\.1 (?!100)(\d+)/m.exec(answer)?.[1] ?? 0);
}

const get = (target: string, method = "GET"): string =>
  `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

async function expectService(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/top?user=u3&k=2`);
  expect([answer.status, server!.exitCode, server!.signalCode, complaints]).toEqual([200, null, null, ""]);
  expect(await answer.json()).toMatchObject({ source: "ranker", items: [{}, {}] });
}

describe("the example server", () => {
  it.each([
    ["/top?user=u3&k=2", 200],
    ["/top?user=nobody", 200],
    ["/top", 200],
    ["/top?user=u3&k=999999999999", 200],
    ["/scores?user=u3&items=i1,i2", 200],
    ["//", 400],
    ["http://[", 400],
    ["///", 400],
    ["http://", 400],
    ["/top?user=u3&k=0", 400],
    ["/top?user=u3&k=-1", 400],
    ["/top?user=u3&k=1e400", 400],
    ["/top?user=u3&k=1.5", 400],
    ["/top?user=u3&k=many", 400],
    ["/top?user=u3&k=", 400],
    ["/scores?user=nobody&items=i1", 404],
    ["/scores?user=u3&items=", 404],
    ["/scores?user=u3&items=i1,%zz", 404],
    ["/scores", 404],
    ["/", 404],
    ["/%", 404],
    ["/%zz%00", 404],
    ["/top/../scores/x", 404],
    ["/constructor?__proto__=x", 404],
  ])("answers %s with %d", async (target, status) => {
    expect(await statusOf(get(target))).toBe(status);
    await expectService();
  });

  it("outlives three hundred malformed requests", async () => {
    const requests = malformedRequests(300);
    const statuses: number[] = [];
    for (let from = 0; from < requests.length; from += 20) {
      statuses.push(...(await Promise.all(requests.slice(from, from + 20).map(statusOf))));
    }
    const odd = statuses.filter((status) => ![0, 200, 400, 404, 413, 431, 501].includes(status));
    expect([statuses.length, odd]).toEqual([300, []]);
    await expectService();
  }, 60_000);

  it("serves others while clients are slow, and outlives those that go away", async () => {
    const slow = Array.from({ length: 50 }, () => open());
    for (const socket of slow) socket.write("GET /top?user=u3 HTTP/1.1\r\nHost: loc");
    await expectService();
    for (const socket of slow) socket.write("a");
    await expectService();
    for (const [k, socket] of slow.entries()) {
      if (k % 3 === 0) socket.end("lhost\r\n\r\n");
      else if (k % 3 === 1) socket.destroy();
      else socket.resetAndDestroy();
    }
    await expectService();
    // Asked for, and gone before the answer.
    for (let k = 0; k < 100; k++) {
      const socket = open();
      await once(socket, "connect");
      socket.write(get("/top?user=u3&k=11"), () => (k % 2 === 0 ? socket.destroy() : socket.resetAndDestroy()));
    }
    await expectService();
  }, 60_000);
});

/**
 * Requests of every shape, the same ones each time: odd targets, methods, versions and headers, cut
 * ones, and noise.
 */
function malformedRequests(count: number): readonly (string | Buffer)[] {
  const signs = [
    "/",
    "//",
    "%",
    "%zz",
    "%00",
    "[",
    "]",
    "@",
    ":",
    "?",
    "#",
    "&",
    "=",
    ";",
    "\\",
    "..",
    "\u0000",
    "é",
    " ",
  ];
  const words = [
    "top",
    "scores",
    "user=u3",
    "items=i1",
    "k=",
    "k=9e99",
    "http:",
    "localhost",
    "x".repeat(3000),
    "__proto__",
  ];
  const methods = ["GET", "POST", "HEAD", "OPTIONS", "DELETE", "TRACE", "PATCH", "get", "G T", "CONNECT"];
  const heads = [
    "Host: x",
    "Host:",
    "Content-Length: -1",
    "Content-Length: x",
    "Transfer-Encoding: chunked",
    ": x",
  ].concat(["X: \u0001", "Upgrade: websocket", "Expect: 100-continue", `X: ${"y".repeat(20_000)}`]);
  const block: RandomBlock = { first: 0, second: 0 };
  let draws = 0;
  const draw = (below: number): number => {
    threefry(streamKey(7, "requests"), draws++, 0, block);
    return block.first % below;
  };
  const pick = (from: readonly string[]): string => from[draw(from.length)]!;
  return Array.from({ length: count }, (_, k) => {
    if (k % 10 === 9) return Buffer.from(Array.from({ length: 1 + draw(400) }, () => draw(256)));
    const target = Array.from({ length: 1 + draw(6) }, () => pick(draw(2) === 0 ? signs : words)).join("");
    const version = draw(8) === 0 ? pick(["HTTP/9.9", "HTTP/1.0", "", "ICY"]) : "HTTP/1.1";
    const head = Array.from({ length: draw(3) }, () => pick(heads)).join("\r\n");
    const request = `${pick(methods)} ${draw(3) === 0 ? "" : "/"}${target} ${version}\r\nHost: x\r\n${head}\r\n\r\n`;
    return draw(6) === 0 ? request.slice(0, draw(request.length)) : request;
  });
}
