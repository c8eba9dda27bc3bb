/**
 * TensorFlow.js comes in optional packages: which ones a backend needs, loaded when asked for, and
 * the command that adds them.
 */
import { EngineError, firstLineOf } from "../../errors.ts";
import type { TfjsBackend } from "../engine-provider.ts";

/** The module that everything else builds on, whichever backend runs. */
export type Tfjs = typeof import("@tensorflow/tfjs-core");

/** The versions that the tests run against. */
const VERSION = "4.22.0";

const corePackage = "@tensorflow/tfjs-core";
/** In Node, the core comes without the derivatives of its operations; loading this registers them. */
const gradientsPackage = "@tensorflow/tfjs-layers";

const backendPackages: Readonly<Record<TfjsBackend, string>> = {
  "node-gpu": "@tensorflow/tfjs-node-gpu",
  node: "@tensorflow/tfjs-node",
  wasm: "@tensorflow/tfjs-backend-wasm",
  cpu: "@tensorflow/tfjs-backend-cpu",
};

/** Best first: what `tfjs` means without a backend is the first of these that is installed. */
export const tfjsBackends: readonly TfjsBackend[] = ["node-gpu", "node", "wasm", "cpu"];

export function installCommand(backend: TfjsBackend): string {
  const names = [corePackage, gradientsPackage, backendPackages[backend]];
  return `npm install ${names.map((name) => `${name}@^${VERSION}`).join(" ")}`;
}

/** A package that is not there; one that is there and fails to load is an EngineError with its own words. */
export class MissingPackage extends EngineError {}

/**
 * Loads the backend's package, which registers itself with the core, and the derivatives. Throws MissingPackage, or
 * EngineError if it does not load.
 */
export async function loadTfjs(backend: TfjsBackend): Promise<Tfjs> {
  const tf = await load(corePackage, backend);
  await load(gradientsPackage, backend);
  await load(backendPackages[backend], backend);
  return tf as unknown as Tfjs; // the package's own types describe exactly this module
}

async function load(name: string, backend: TfjsBackend): Promise<Record<string, unknown>> {
  try {
    const loaded: Record<string, unknown> = await import(name);
    // The packages are CommonJS: every export is on the default, and named ones only as far as Node can guess them.
    return (loaded.default ?? loaded) as Record<string, unknown>;
  } catch (error) {
    if (isMissing(error, name)) {
      throw new MissingPackage(
        `tfjs engine: ${name} is not installed, which backend ${backend} needs; ${installCommand(backend)}`,
      );
    }
    throw new EngineError(`tfjs engine: ${name} is installed but does not load: ${firstLineOf(error)}`);
  }
}

function isMissing(error: unknown, name: string): boolean {
  if (typeof error !== "object" || error === null || !("code" in error)) return false;
  const isAbsent = error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND";
  return isAbsent && firstLineOf(error).includes(`'${name}'`); // and not a module that it needs in turn
}
