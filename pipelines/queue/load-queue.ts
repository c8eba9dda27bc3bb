/** What speaks to a queue, loaded where one is asked for: npm installs its packages only there. */
import { loadOptional } from "../../src/optional-package.ts";
import { loadRedisPackages } from "../../src/redis/load-packages.ts";

/** Throws ConfigError with the command that installs the packages where they are missing. */
export async function loadQueue(): Promise<typeof import("./job-queue.ts")> {
  await loadOptional("a queue", ["bullmq@6", "ioredis@6"], async () => {
    await import("bullmq");
    await loadRedisPackages();
  });
  return import("./job-queue.ts");
}
