/**
 * The linear algebra of the baselines by the engine's name: native kernels, or the plain loops where there are none.
 */

import type { BaselineName } from "../../src/config/baseline-settings.ts";
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

/** The algebra that a baseline needs, as the stage's settings ask for it, and what computes its scores. */
export async function algebraOf(
  name: BaselineName,
  { engine, threads }: { readonly engine: string; readonly threads: number | null },
  log: (line: string) => void,
): Promise<{ algebra: DenseAlgebra; engine: { name: string; description: string } }> {
  // The others compute in float64, alike everywhere; the schemas refuse an engine for them.
  const isHeavy = name === "ials" || name === "ease";
  if (!isHeavy) return { algebra: plainAlgebra, engine: { name: "reference", description: plainAlgebra.description } };
  const algebra = await openAlgebra(engine, { threads, log });
  return {
    algebra,
    engine: { name: algebra.threads === null ? "reference" : "native", description: algebra.description },
  };
}
