/**
 * The models that are timed, and how much arithmetic one training sample of each takes.
 *
 *   NeuMF    user, item --> gmf rows, multiplied ------------------------> |
 *            user, item --> embedding rows, side by side --> tower, ReLU --> head --> logit
 *   shared   user, item --> rows of unit length --> their product / temperature --> logit, of a positive and of each
 *            negative that its block of 256 has in common
 */

const noPaths = { dot: 0, gmf: 0, embedding: 0, tower: [] };

/** `tower` starts with the width of the two embeddings side by side, as PyTorch's users write it. */
export const models = {
  // He et al. 2017 with 8 predictive factors; 6,040 users and 3,706 items are those of MovieLens 1M.
  default: {
    ...noPaths,
    users: 6040,
    items: 3706,
    gmf: 8,
    embedding: 32,
    tower: [64, 32, 16, 8],
    batchSizes: [256, 1024, 8192, 65536, 1048576],
  },
  // The sizes of NVIDIA's NCF.
  large: {
    ...noPaths,
    users: 6040,
    items: 3706,
    gmf: 64,
    embedding: 128,
    tower: [256, 256, 128, 64],
    batchSizes: [8192, 65536],
  },
  // Sampled softmax of cosines; users, items and positives are those of Gowalla as LightGCN (He et al. 2020) cut it.
  shared: {
    ...noPaths,
    users: 29858,
    items: 40981,
    positives: 810128,
    dot: 64,
    sharedNegatives: 1024,
    temperature: 0.1,
    batchSizes: [1024, 8192, 65536],
  },
};

/**
 * Floating-point operations that the textbook step spends on one sample; a multiply-add counts as two.
 *
 * A dense layer of m inputs and n outputs costs m n multiply-adds forward, m n for its weights' gradients and m n
 * for its inputs' gradients: 6 m n operations. The product of the gmf rows costs one multiplication a factor
 * forward and two backward. Biases, ReLU, the loss and the optimizer are left out, which keeps the share of the
 * limit on the low side. An engine that reaches the same numbers with less arithmetic is still credited with these:
 * it is a rate of useful work. Of shared negatives a sample has a logit each, and one of its positive: `dot`
 * multiply-adds forward and as many for either side's gradient.
 */
export function flopsPerSample({ gmf, tower, dot, sharedNegatives }) {
  if (sharedNegatives !== undefined) return 6 * dot * (1 + sharedNegatives);
  let multiplyAdds = gmf + tower.at(-1); // the head: one output
  for (let layer = 1; layer < tower.length; layer++) multiplyAdds += tower[layer - 1] * tower[layer];
  return 6 * multiplyAdds + 3 * gmf;
}

/** Weights and biases that the optimizer updates. */
export function parameterCount({ users, items, dot, gmf, embedding, tower }) {
  if (tower.length === 0) return (users + items) * (dot + gmf + embedding);
  let count = (users + items) * (dot + gmf + embedding) + gmf + tower.at(-1) + 1;
  for (let layer = 1; layer < tower.length; layer++) count += (tower[layer - 1] + 1) * tower[layer];
  return count;
}
