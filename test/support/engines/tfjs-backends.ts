/** The TensorFlow.js backends that the development packages bring, for tests of what runs on each. */
import { type OpenBackend, openBackend } from "../../../src/engine/tfjs/tfjs-backend.ts";

export const testedBackends = ["cpu", "wasm"] as const;

/** The backend, current until another test asks for another. */
export async function useBackend(name: (typeof testedBackends)[number]): Promise<OpenBackend["tf"]> {
  const backend = await openBackend(name);
  backend.activate();
  return backend.tf;
}
