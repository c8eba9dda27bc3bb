/**
 * The linear algebra of the baselines by the engine's name: native kernels, or the plain loops where there are none.
 */
import { openNativeAlgebra } from "../../src/engine/native/native-algebra.ts";
import { nativeProvider } from "../../src/engine/native/native-engine.ts";
import { ConfigError } from "../../src/errors.ts";
import type { DenseAlgebra } from "../../src/linear-algebra/dense-algebra.ts";
import { plainAlgebra } from "../../src/linear-algebra/plain-algebra.ts";

/** `auto` says in the log what it passed over. Throws ConfigError for an engine that has no linear algebra. */
export async function openAlgebra(
  engine: string,
  options: { readonly threads: number | null; readonly log: (line: string) => void },
): Promise<DenseAlgebra> {
  const threads = options.threads === null ? {} : { threads: options.threads };
  if (engine === "native") return openNativeAlgebra(threads);
  if (engine !== "auto" && engine !== "reference") {
    throw new ConfigError(`--engine ${engine}: baselines run on native or reference`);
  }
  const probe = await nativeProvider.probe({});
  if (engine === "auto" && probe.available) return openNativeAlgebra(threads);
  if (options.threads !== null) throw new ConfigError("--threads: the plain linear algebra has one; leave it out");
  if (!probe.available && engine === "auto") {
    options.log(`native linear algebra passed over: ${probe.reason}; ${probe.remedy}`);
  }
  return plainAlgebra;
}
