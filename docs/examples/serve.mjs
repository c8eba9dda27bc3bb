// A ranker behind HTTP: node serve.mjs RUN DATASET [PORT], where RUN is a run's folder or a baseline, such as
// '{"baseline":"item-knn","parameters":{"neighbours":100,"shrinkage":10}}'; then
// curl 'localhost:8080/top?user=17&k=5' or '/scores?user=17&items=1,2,3'
import { createServer } from "node:http";
import { load } from "lawn-ranker/serve";

const [run, dataset, port = "8080"] = process.argv.slice(2);
const ranker = await load(run.startsWith("{") ? JSON.parse(run) : run, { dataset });
const statusOf = { ConfigError: 400, DataError: 404 }; // a k that is none, an id that was not in the log

async function answer(url) {
  if (!URL.canParse(url, "http://localhost")) return [400, { error: "not a path, such as /top?user=17" }];
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const { user = "", items = "", k = 10 } = Object.fromEntries(searchParams);
  const pairs = items.split(",").map((item) => ({ user, item }));
  if (pathname === "/top") return [200, await ranker.top(user, { k: Number(k), unknown: "popular" })];
  if (pathname === "/scores") return [200, [...(await ranker.scores(pairs))]];
  return [404, { error: "ask /top or /scores" }];
}

const patience = { requestTimeout: 10_000, connectionsCheckingInterval: 1000 }; // ms, for a client to say what it wants
const server = createServer(patience, async (request, response) => {
  const failed = (error) => [statusOf[error.name] ?? 500, { error: error.message }]; // nothing may end the process
  const [status, body] = await answer(request.url).catch(failed);
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
});
server.listen(Number(port), () => console.log(`${ranker.engine}: http://localhost:${server.address().port}`));
