/**
 * Which adapter there is, found out cheaply and quietly: no GPU device, no Dawn loaded; else a child process asks,
 * because drivers talk on stderr. Software adapters count only where they were asked for.
 */
import { fork } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { platform } from "node:os";
import path from "node:path";
import { EngineError, firstLineOf } from "../../../errors.ts";

export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** The driver's own words. */
  readonly description: string;
  readonly isFallbackAdapter: boolean;
}

export type AdapterSearch =
  | { readonly facts: AdapterFacts }
  | {
      readonly facts: null;
      readonly reason: string;
      readonly remedy: string;
      /** Whether the machine has no GPU at all, rather than one that cannot be used. */
      readonly isWithoutGpu: boolean;
    };

/** For people: device and driver. */
export function adapterName({ vendor, architecture, device, description, isFallbackAdapter }: AdapterFacts): string {
  const words = [...new Set([vendor, architecture, device].filter((word) => word !== ""))].join(" ");
  const driver = description === "" ? "" : ` (${description})`;
  return `${words === "" ? "unnamed adapter" : words}${driver}${isFallbackAdapter ? ", software" : ""}`;
}

/** Never throws. */
export async function findAdapter({ allowSoftware }: { readonly allowSoftware: boolean }): Promise<AdapterSearch> {
  if (!allowSoftware && !hasGpuDevice()) {
    return {
      facts: null,
      reason: "this machine shows no GPU (no /dev/nvidia*, /dev/dri/renderD* or /dev/dxg)",
      remedy: "it needs a GPU and its driver; a software adapter runs only with --allow-software-adapter",
      isWithoutGpu: true,
    };
  }
  const missing = missingPackage(createRequire(import.meta.url).resolve);
  if (missing !== null) return missing;
  try {
    const facts = allowSoftware ? factsOf(await requestAdapter({ allowSoftware, isHalf: false })) : await askOnce();
    return judge(facts, allowSoftware);
  } catch (error) {
    const words = firstLineOf(error);
    return {
      facts: null,
      reason: `the package webgpu cannot be used (${words})`,
      remedy: "npm install webgpu@0.6; it has binaries for Linux, macOS and Windows on x64 and arm64",
      isWithoutGpu: false,
    };
  }
}

/** What is said where npm was not asked for the package; null where it is there. `resolve` throws for what is not. */
export function missingPackage(resolve: (name: string) => unknown): AdapterSearch | null {
  try {
    resolve("webgpu");
    return null;
  } catch {
    return {
      facts: null,
      reason: "the package webgpu, which it runs on, is not installed",
      remedy:
        "install it beside lawn-ranker: npm install webgpu@0.6 (131 MB); --engine native does without it in silence",
      isWithoutGpu: false,
    };
  }
}

export interface AdapterWishes {
  readonly allowSoftware: boolean;
  /** Whether float16 in kernels is wanted. */
  readonly isHalf: boolean;
}

/** The adapter itself. Throws EngineError where there is none that may be used. */
export async function requireAdapter(options: AdapterWishes): Promise<GPUAdapter> {
  const found = await findAdapter(options);
  if (found.facts === null) throw new EngineError(`webgpu engine: ${found.reason}; ${found.remedy}`);
  const adapter = await requestAdapter(options);
  if (adapter === null) throw new EngineError("webgpu engine: the GPU that was there a moment ago is gone; try again");
  return adapter;
}

export function factsOf(adapter: GPUAdapter | null): AdapterFacts | null {
  if (adapter === null) return null;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  return { vendor, architecture, device, description, isFallbackAdapter };
}

function judge(facts: AdapterFacts | null, allowSoftware: boolean): AdapterSearch {
  if (facts === null) {
    return {
      facts: null,
      reason: "no driver offers an adapter",
      remedy: allowSoftware
        ? "install the GPU's Vulkan driver, or name a software one in VK_DRIVER_FILES (Debian's chromium package has vk_swiftshader_icd.json)"
        : "install the GPU's Vulkan, Metal or Direct3D 12 driver",
      isWithoutGpu: false,
    };
  }
  if (facts.isFallbackAdapter && !allowSoftware) {
    return {
      facts: null,
      reason: `the only adapter is a software one: ${adapterName(facts)}`,
      remedy: "install the GPU's driver, or use it all the same with --allow-software-adapter (slow)",
      isWithoutGpu: false,
    };
  }
  return { facts };
}

/**
 * SwiftShader writes one instruction for every word of workgroup memory that it zeroes itself, which made compiling ten
 * times slower than with Dawn's own loop.
 */
const softwareFlags = ["disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension"];

/**
 * Dawn keeps float16 from NVIDIA's Vulkan drivers unless told not to; who asks for it gets it, and the tests
 * hold it to the reference.
 */
const halfFlags = ["enable-dawn-features=vulkan_enable_f16_on_nvidia"];

/** Dawn lives as long as these are referenced. */
const instances = new Map<string, GPU>();

async function requestAdapter({ allowSoftware, isHalf }: AdapterWishes): Promise<GPUAdapter | null> {
  const flags = [...(allowSoftware ? softwareFlags : []), ...(isHalf ? halfFlags : [])];
  const key = flags.join(" ");
  let gpu = instances.get(key);
  if (gpu === undefined) {
    gpu = (await import("webgpu")).create(flags);
    instances.set(key, gpu);
  }
  return gpu.requestAdapter({ powerPreference: "high-performance" });
}

/** Device files of Linux drivers; elsewhere the system always has a driver to ask. */
function hasGpuDevice(): boolean {
  if (platform() !== "linux") return true;
  if (existsSync("/dev/nvidiactl") || existsSync("/dev/dxg")) return true;
  try {
    return readdirSync("/dev/dri").some((name) => name.startsWith("renderD"));
  } catch {
    return false;
  }
}

/** A GPU once found is not asked for by another child process; one that has gone since shows when it is requested. */
let knownGpu: AdapterFacts | null = null;

async function askOnce(): Promise<AdapterFacts | null> {
  knownGpu ??= await askChild();
  return knownGpu;
}

const TIMEOUT_MILLISECONDS = 30_000;

function askChild(): Promise<AdapterFacts | null> {
  return new Promise((resolve, reject) => {
    const child = fork(probeFile(), { stdio: ["ignore", "ignore", "ignore", "ipc"], execArgv: [] });
    const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MILLISECONDS);
    child.once("message", (facts) => resolve(facts as AdapterFacts | null)); // what probe-adapter.mjs sends
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`asking the driver ended with ${signal ?? `exit status ${code}`}`));
    });
  });
}

/** In src also when this runs from dist: the compiler copies no .mjs file. */
export function probeFile(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, "package.json")) && path.dirname(folder) !== folder)
    folder = path.dirname(folder);
  return path.join(folder, "src/engine/webgpu/device/probe-adapter.mjs");
}
