/** What a connection to Redis says when it is refused, by a server of a few lines. */
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { connectToRedis } from "../../src/redis/redis-connection.ts";

let server: Server;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

/** Answers every command with the same line of Redis's protocol. */
async function answering(line: string): Promise<string> {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const commands = String(bytes).match(/^\*\d+\r$/gm) ?? [];
      socket.write(`${line}\r\n`.repeat(commands.length));
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `redis://somebody:secret@127.0.0.1:${address.port}`;
}

describe("a Redis that is gone", () => {
  it("is waited for as long as was said", async () => {
    const url = await answering("+OK");
    const options = { setting: "--output", log: () => {}, patienceSeconds: 0.2 };
    const connection = await connectToRedis(url, options);
    const answer = new Promise((resolve) => server.close(resolve)).then(() => connection.redis.get("a"));
    for (const socket of sockets.splice(0)) socket.destroy();
    const failure = await answer.catch((error: unknown) => connection.explain(error));
    expect(failure).toMatchObject({ name: "StorageError", message: expect.stringMatching(/Redis was gone for 0.2 s/) });
    connection.close();
  });
});

describe("a Redis of another password", () => {
  it.each(["-WRONGPASS invalid username-password pair or user is disabled.", "-NOAUTH Authentication required."])(
    "is given up at its first answer: %s",
    async (line) => {
      const url = await answering(line);
      const outcome = connectToRedis(url, { setting: "--queue", log: () => {}, patienceSeconds: null });
      await expect(outcome).rejects.toThrow(/^redis:.*: Redis asks for another user or password; give them in --queue/);
      await expect(outcome).rejects.not.toThrow(/secret/);
      // Whoever waits for a better answer comes back 200 ms later.
      expect(sockets).toHaveLength(1);
    },
  );
});
