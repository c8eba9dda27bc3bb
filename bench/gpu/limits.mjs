/** What the device can do, measured in the run that quotes it: bytes copied and multiply-adds done a second. */

const COPY_BYTES = 2 ** 27; // a multiple of 16 LANES, and at most 65,535 workgroups
const LANES = 256;
const WORKGROUPS = 8192;
const ROUNDS = 1024;

export async function measureLimits(device) {
  return {
    gigabytesPerSecond: Number((await copyRate(device)).toFixed(1)),
    gigaflopsPerSecond: Math.round(await arithmeticRate(device)),
  };
}

/**
 * By a kernel, four values a lane: copies between buffers may go through an engine of their own.
 * Reads and writes both count.
 */
async function copyRate(device) {
  const code = `
@group(0) @binding(0) var<storage, read> from_: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> to_: array<vec4f>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) { to_[id.x] = from_[id.x]; }`;
  const buffers = [128, 128].map((usage) => device.createBuffer({ size: COPY_BYTES, usage })); // storage
  const dispatch = await bind(device, code, buffers);
  const copies = 8;
  const seconds = await bestOf(device, (encoder) => {
    const pass = encoder.beginComputePass();
    for (let copy = 0; copy < copies; copy++) dispatch(pass, COPY_BYTES / 16 / LANES);
    pass.end();
  });
  for (const buffer of buffers) buffer.destroy();
  return (2 * copies * COPY_BYTES) / seconds / 1e9;
}

/** Eight independent chains a lane, each round one multiply-add of every chain. */
async function arithmeticRate(device) {
  const code = `
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  var a = vec4f(f32(id.x)) * 1e-9;
  var b = a + 1.0;
  let x = vec4f(0.999);
  let y = vec4f(f32(id.x & 7u)) * 1e-6;
  for (var round = 0u; round < ${ROUNDS}u; round++) { a = fma(a, x, y); b = fma(b, x, y); }
  out[id.x] = dot(a + b, vec4f(1.0));
}`;
  const out = device.createBuffer({ size: 4 * LANES * WORKGROUPS, usage: 128 }); // storage
  const dispatch = await bind(device, code, [out]);
  const seconds = await bestOf(device, (encoder) => {
    const pass = encoder.beginComputePass();
    dispatch(pass, WORKGROUPS);
    pass.end();
  });
  out.destroy();
  return (LANES * WORKGROUPS * ROUNDS * 8 * 2) / seconds / 1e9;
}

async function bind(device, code, buffers) {
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: "main" } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return (pass, workgroups) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups);
  };
}

async function bestOf(device, encode) {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 5; attempt++) {
    const encoder = device.createCommandEncoder();
    encode(encoder);
    const began = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    best = Math.min(best, (performance.now() - began) / 1000);
  }
  return best;
}
