/** What speaks to PostgreSQL, loaded where a database is asked for: npm installs its packages only there. */
import { loadOptional } from "../optional-package.ts";

/** To be awaited before anything else of this room is imported. Throws ConfigError where they are missing. */
export async function loadPostgresPackages(): Promise<void> {
  await loadOptional("postgres://", ["pg@8", "pg-copy-streams@7"], async () => {
    await import("pg");
    await import("pg-copy-streams");
  });
}
