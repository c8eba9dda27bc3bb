/**
 * Jest's Node environment with the host's typed arrays. A jest test runs in its own realm; arrays made by native
 * modules (DuckDB, Node-API add-ons) come from the host's realm and would fail `instanceof Float32Array` in a test
 * although they pass in every real program.
 */
const { existsSync } = require("node:fs");
const { TestEnvironment } = require("jest-environment-node");

// Where there is no GPU, the webgpu engine's tests run on the software Vulkan driver of Debian's chromium package. Set
// here, in the host's realm: a test's process.env is a copy that drivers do not see.
const softwareDriver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const hasGpu = ["/dev/nvidiactl", "/dev/dri", "/dev/dxg"].some((file) => existsSync(file));
if (process.env.VK_DRIVER_FILES === undefined && !hasGpu && existsSync(softwareDriver)) {
  process.env.VK_DRIVER_FILES = softwareDriver;
}

const sharedConstructors = [
  "ArrayBuffer",
  "SharedArrayBuffer",
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
];

class HostArraysEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of sharedConstructors) this.global[name] = globalThis[name];
    // Node 20 gives them to its own realm alone.
    for (const name of ["dispose", "asyncDispose"])
      if (!(name in this.global.Symbol)) Object.defineProperty(this.global.Symbol, name, { value: Symbol[name] });
  }
}

module.exports = HostArraysEnvironment;
