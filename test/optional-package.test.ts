/** Packages that npm installs only where asked. */
import { expect, it } from "@jest/globals";
import { ConfigError } from "../src/errors.ts";
import { loadOptional } from "../src/optional-package.ts";

it("gives what is there", async () => {
  expect(await loadOptional("a queue", ["x@1"], async () => 7)).toBe(7);
});

it("names what is missing and the command that installs it", async () => {
  const cause = new Error("Cannot find package 'bullmq' imported from job-queue.js\nwith a trace");
  const loaded = loadOptional("a queue", ["bullmq@6", "@scope/redis@6"], () => Promise.reject(cause));
  const error = await loaded.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  expect(error).toMatchObject({
    message:
      "a queue needs bullmq and @scope/redis, which cannot be loaded here (Cannot find package 'bullmq' imported from job-queue.js); install what is needed beside lawn-ranker: npm install bullmq@6 @scope/redis@6",
    cause,
  });
});
