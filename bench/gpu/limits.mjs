/** What the device can do, measured in the run that quotes it: bytes copied a second, and multiply-adds from registers. */

const COPY_BYTES = 2 ** 27;
const LANES = 256;
const WORKGROUPS = 8192;
const ROUNDS = 256;

export async function measureLimits(device) {
  return {
    gigabytesPerSecond: Number((await copyRate(device)).toFixed(1)),
    gigaflopsPerSecond: Math.round(await arithmeticRate(device)),
  };
}

/** Reads and writes both count. */
async function copyRate(device) {
  const make = () => device.createBuffer({ size: COPY_BYTES, usage: 4 | 8 }); // copied from and to
  const [from, to] = [make(), make()];
  const seconds = await bestOf(device, (encoder) => {
    for (let copy = 0; copy < 4; copy++) encoder.copyBufferToBuffer(from, 0, to, 0, COPY_BYTES);
  });
  from.destroy();
  to.destroy();
  return (2 * 4 * COPY_BYTES) / seconds / 1e9;
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
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: "main" } });
  const out = device.createBuffer({ size: 4 * LANES * WORKGROUPS, usage: 128 }); // storage
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: out } }],
  });
  const seconds = await bestOf(device, (encoder) => {
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(WORKGROUPS);
    pass.end();
  });
  out.destroy();
  return (LANES * WORKGROUPS * ROUNDS * 8 * 2) / seconds / 1e9;
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
