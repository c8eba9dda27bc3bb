/** What speaks to Redis, loaded where one is asked for: npm installs its package only there. */
import { loadOptional } from "../optional-package.ts";

/** To be awaited before anything else of this room is imported. Throws ConfigError where it is missing. */
export async function loadRedisPackages(): Promise<void> {
  await loadOptional("redis://", ["ioredis@6"], () => import("ioredis"));
}
