/**
 * The logit of one pair from its features and its last tower layer, as ranker-spec.ts writes it; included by every
 * kernel that needs one, so that training and scoring have the same bits. Twin: openForward (ranker/forward.ts)
 */

/** Needs `logitShape` (a LogitShape), `features`, `last` and `values` in scope. */
export const pairLogit = /* wgsl */ `
struct LogitShape {
  stride: u32, // of features
  dot: u32,
  dotColumn: u32,
  gmf: u32,
  gmfColumn: u32,
  lastWidth: u32,
  lastStride: u32, // the last layer's rows
  lastColumn: u32,
  biasColumn: u32,
  hasBiases: u32,
  headOffset: u32,
  headBiasOffset: u32,
  cosineColumn: u32, // of features; dot is 0 then. 0 for none
  inverseTemperature: f32,
  unused0: u32,
  unused1: u32,
}

fn pairLogit(pair: u32) -> f32 {
  let row = pair * logitShape.stride;
  var sum = values[logitShape.headBiasOffset];
  let p = row + logitShape.dotColumn;
  let q = p + logitShape.dot;
  for (var i = 0u; i < logitShape.dot; i++) { sum += features[p + i] * features[q + i]; }
  if (logitShape.cosineColumn != 0u) {
    sum += features[row + logitShape.cosineColumn] * logitShape.inverseTemperature;
  }
  let s = row + logitShape.gmfColumn;
  let t = s + logitShape.gmf;
  for (var i = 0u; i < logitShape.gmf; i++) {
    sum += values[logitShape.headOffset + i] * features[s + i] * features[t + i];
  }
  let l = pair * logitShape.lastStride + logitShape.lastColumn;
  for (var i = 0u; i < logitShape.lastWidth; i++) {
    sum += values[logitShape.headOffset + logitShape.gmf + i] * last[l + i];
  }
  if (logitShape.hasBiases != 0u) {
    sum += features[row + logitShape.biasColumn] + features[row + logitShape.biasColumn + 1u];
  }
  return sum;
}
`;
