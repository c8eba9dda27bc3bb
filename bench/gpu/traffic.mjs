/**
 * Bytes that a step of the webgpu engine moves to and from device memory if nothing stays in a cache: what the share of
 * the bandwidth is taken of. Values that a kernel reads more than once count once, so the share is on the low side.
 */

/** Four bytes a value; per pair `features` values and tower widths w0 = 2 embeddings, w1, ... */
export function bytesPerStep({ gmf, embedding, tower }, batchSize, parameters) {
  const features = 2 * gmf + 2 * embedding;
  const outputs = tower.slice(1);
  const forward = 2 * features + outputs.reduce((sum, width, layer) => sum + tower[layer] + width, 0);
  const loss = features + tower.at(-1) + 2;
  // Per layer: deltas in twice, inputs twice (weights, mask), deltas out.
  const backward = outputs.reduce((sum, width, layer) => sum + 2 * width + 3 * tower[layer], 2 * tower.at(-1));
  // Two passes over keys and order of two sides, then one look at deltas and features.
  const tables = 2 * 2 * 5 + features + 4;
  const adam = 7; // gradient in; weight, m and v in and out
  return 4 * (batchSize * (forward + loss + backward + tables) + parameters * adam);
}
