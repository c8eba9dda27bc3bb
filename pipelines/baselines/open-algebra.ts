/**
 * The linear algebra of the baselines, and what ranks whole catalogues for them, by the engine's name: native kernels,
 * or the plain loops where there are none.
 */
import type { BaselineName } from "../../src/config/baseline-settings.ts";
import { openNativeAlgebra } from "../../src/engine/native/native-algebra.ts";
import { nativeProvider } from "../../src/engine/native/native-engine.ts";
import { openNativeKernels } from "../../src/engine/native/native-kernels.ts";
import { ConfigError } from "../../src/errors.ts";
import type { DenseAlgebra } from "../../src/linear-algebra/dense-algebra.ts";
import { plainAlgebra } from "../../src/linear-algebra/plain-algebra.ts";
import type { CatalogueKernels } from "../../src/ranker/catalogue-kernels.ts";

/** What baselines compute with. */
export interface BaselineKernels {
  readonly algebra: DenseAlgebra;
  /** For answers about whole catalogues; null where plain loops give them. */
  readonly kernels: CatalogueKernels | null;
}

/** `auto` says in the log what it passed over. Throws ConfigError for an engine that has no linear algebra. */
export async function openAlgebra(
  engine: string,
  options: { readonly threads: number | null; readonly log: (line: string) => void },
): Promise<BaselineKernels> {
  const threads = options.threads === null ? {} : { threads: options.threads };
  const native = (): BaselineKernels => ({ algebra: openNativeAlgebra(threads), kernels: openNativeKernels(threads) });
  if (engine === "native") return native();
  if (engine !== "auto" && engine !== "reference") {
    throw new ConfigError(`--engine ${engine}: baselines run on native or reference`);
  }
  const probe = await nativeProvider.probe({});
  if (engine === "auto" && probe.available) return native();
  if (options.threads !== null) throw new ConfigError("--threads: the plain linear algebra has one; leave it out");
  if (!probe.available && engine === "auto") {
    options.log(`native linear algebra passed over: ${probe.reason}; ${probe.remedy}`);
  }
  return { algebra: plainAlgebra, kernels: null };
}

/** What a baseline needs of it, as the stage's settings ask for it, and what fits it and computes single scores. */
export async function algebraOf(
  name: BaselineName,
  { engine, threads }: { readonly engine: string; readonly threads: number | null },
  log: (line: string) => void,
): Promise<BaselineKernels & { engine: { name: string; description: string } }> {
  const plain = { name: "reference", description: plainAlgebra.description };
  // The one draws its scores, the other counts once; the schemas refuse an engine for them.
  if (name === "random" || name === "popularity") return { algebra: plainAlgebra, kernels: null, engine: plain };
  const { algebra, kernels } = await openAlgebra(engine, { threads, log });
  // These are fitted in float64, alike everywhere.
  if (name !== "ials" && name !== "ease") return { algebra: plainAlgebra, kernels, engine: plain };
  return {
    algebra,
    kernels,
    engine: { name: algebra.threads === null ? "reference" : "native", description: algebra.description },
  };
}
