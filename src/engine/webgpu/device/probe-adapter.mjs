/**
 * Asks for a GPU adapter in a process of its own, so that what drivers write to stderr does not reach the user of every
 * command: sends the adapter's description to the parent, or null. Run by gpu-adapter.ts.
 */
const { create } = await import("webgpu");
const adapter = await create([]).requestAdapter({ powerPreference: "high-performance" });
const info = adapter?.info;
process.send(
  info === undefined
    ? null
    : {
        vendor: info.vendor,
        architecture: info.architecture,
        device: info.device,
        description: info.description,
        isFallbackAdapter: info.isFallbackAdapter,
      },
  () => process.exit(0),
);
