/**
 * Jest's Node environment with the host's typed arrays.
 * A jest test runs in its own realm; arrays made by native modules (DuckDB, Node-API add-ons) come from the host's realm and
 * would fail `instanceof Float32Array` in a test although they pass in every real program.
 */
const { TestEnvironment } = require("jest-environment-node");

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
  }
}

module.exports = HostArraysEnvironment;
