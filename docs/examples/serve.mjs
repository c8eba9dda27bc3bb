// A ranker behind HTTP: node serve.mjs RUN DATASET [PORT], then curl 'localhost:8080/top?user=17&k=5' or
// '/scores?user=17&items=1,2,3'
import { createServer } from "node:http";
import { load } from "lawn-ranker/serve";

const [run, dataset, port = "8080"] = process.argv.slice(2);
const ranker = await load(run, { dataset });

async function answer({ pathname, searchParams }) {
  const { user = "", items = "", k = 10 } = Object.fromEntries(searchParams);
  if (pathname === "/top") return ranker.top(user, { k: Number(k), unknown: "popular" });
  if (pathname === "/scores") return [...(await ranker.scores(items.split(",").map((item) => ({ user, item }))))];
  throw new Error("ask /top or /scores");
}

const server = createServer(async (request, response) => {
  const send = (status, body) => response.writeHead(status).end(`${JSON.stringify(body)}\n`);
  await answer(new URL(request.url, "http://localhost")).then(
    (found) => send(200, found),
    (error) => send(400, { error: error.message }),
  );
});
server.listen(Number(port), () => console.log(`${ranker.engine}: http://localhost:${server.address().port}`));
