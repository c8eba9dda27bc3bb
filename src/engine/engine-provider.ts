/** What an engine tells before it is opened: whether it can run on this machine, why not, and what would help. */
import type { Engine, EngineName } from "./engine.ts";

/** Wishes that an engine honours or refuses, never ignores. */
export interface EngineOptions {
  /** Worker threads; absent lets the engine choose. */
  readonly threads?: number;
  /** Of the tfjs engine alone; absent takes the best that is installed. */
  readonly tfjsBackend?: TfjsBackend;
  /** Of the webgpu engine alone: whether an adapter that computes on the CPU counts. */
  readonly allowSoftwareAdapter?: boolean;
  /** Of the webgpu engine alone: whether dense layers multiply float16 values in training steps. */
  readonly halfPrecision?: boolean;
}

/** A table of functions (native/core/exchange/exchange-table.hpp), owned by the addon of MPI. */
export interface GradientExchange {
  readonly gradientExchange: unique symbol;
}

export type TfjsBackend = "node-gpu" | "node" | "wasm" | "cpu";

export interface EngineProvider {
  readonly name: EngineName;
  /** Cheap and free of side effects but for loading the engine's module; never throws. */
  probe(options: EngineOptions): Promise<EngineProbe>;
  /** Throws EngineError where `probe` says the engine cannot run or an option cannot be honoured. */
  open(options: EngineOptions): Promise<Engine>;
}

export type EngineProbe =
  | { readonly available: true; readonly description: string }
  | {
      readonly available: false;
      /** One line: why it cannot run here. */
      readonly reason: string;
      /** One line: what the user may do about it. */
      readonly remedy: string;
      /** True where nothing is amiss, such as a machine without a GPU: `auto` then goes on without a word. */
      readonly isNormal?: boolean;
    };
