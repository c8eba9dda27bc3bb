/** One TensorFlow.js backend, opened and verified: its name, and how work is made to run on it and on no other. */
import { EngineError } from "../../errors.ts";
import type { TfjsBackend } from "../engine-provider.ts";
import { installCommand, loadTfjs, MissingPackage, type Tfjs, tfjsBackends } from "./tfjs-packages.ts";

export interface OpenBackend {
  readonly tf: Tfjs;
  readonly description: string;
  /** To be called before every run of synchronous work: the backend is a global, and two may be in use. */
  activate(): void;
}

/** The name each backend registers with TensorFlow.js. */
const registeredNames: Readonly<Record<TfjsBackend, string>> = {
  "node-gpu": "tensorflow",
  node: "tensorflow",
  wasm: "wasm",
  cpu: "cpu",
};

/**
 * The backend asked for, or else the best that is installed. Throws EngineError where it is missing,
 * broken or not what it says.
 */
export async function openBackend(wanted: TfjsBackend | undefined): Promise<OpenBackend> {
  if (wanted !== undefined) return verify(wanted, await loadTfjs(wanted));
  for (const backend of tfjsBackends) {
    try {
      return await verify(backend, await loadTfjs(backend));
    } catch (error) {
      // Only what is not there is passed over: a GPU package that finds no GPU must not turn into
      // a slower backend unasked.
      if (!(error instanceof MissingPackage)) throw error;
    }
  }
  throw new MissingPackage(`tfjs engine: no TensorFlow.js package is installed; ${installCommand("wasm")}`);
}

async function verify(backend: TfjsBackend, tf: Tfjs): Promise<OpenBackend> {
  const registered = registeredNames[backend];
  if (!(await tf.setBackend(registered))) {
    throw new EngineError(`tfjs engine: backend ${backend} does not start; try another --tfjs-backend`);
  }
  await tf.ready();
  return {
    tf,
    description: `tfjs: ${backend} (${await partsOf(backend, tf)}), TensorFlow.js ${tf.version_core}, float32`,
    activate() {
      // Once started, a backend is set before setBackend returns; its promise is a formality.
      if (tf.getBackend() !== registered) void tf.setBackend(registered);
    },
  };
}

/**
 * What is read of the backend that tfjs-node and tfjs-node-gpu register; their types are not
 * installed with them absent.
 */
interface NodeBackend {
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

async function partsOf(backend: TfjsBackend, tf: Tfjs): Promise<string> {
  if (backend === "wasm") {
    const hasSimd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
    return `WebAssembly${hasSimd ? " with SIMD" : ""}, 1 thread`; // its threads are not offered in Node
  }
  if (backend === "cpu") {
    Object.assign(tf.backend(), { firstUse: false }); // or it advertises another package on stderr
    return "JavaScript, 1 thread";
  }
  const library = tf.backend() as object as NodeBackend;
  const version = library.binding?.TF_Version ?? "of unknown version";
  if (backend === "node") return `TensorFlow library ${version} on the CPU`;
  if (library.isUsingGpuDevice !== true) {
    throw new EngineError(
      "tfjs engine: @tensorflow/tfjs-node-gpu loads, but TensorFlow finds no GPU; it needs an NVIDIA driver with CUDA 11 and cuDNN 8 on the library path; or use --tfjs-backend wasm",
    );
  }
  return `TensorFlow library ${version} on a CUDA GPU`;
}
