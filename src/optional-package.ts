/** Packages that not everybody needs: npm installs them only where they are asked for. */
import { ConfigError, firstLineOf } from "./errors.ts";

/**
 * What `load` imports. Throws ConfigError with the command that installs `packages`, such as ["usearch@2"], where it
 * cannot be; `what` begins the message, such as "--format ann".
 */
export async function loadOptional<Module>(
  what: string,
  packages: readonly string[],
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const names = packages.map((name) => name.replace(/(?<=.)@.*$/, "")).join(" and ");
    throw new ConfigError(
      `${what} needs ${names}, which cannot be loaded here (${firstLineOf(error)}); install what is needed beside lawn-ranker: npm install ${packages.join(" ")}`,
      { cause: error },
    );
  }
}
