/**
 * What the image example compares: four optimizers, the settings that a search draws for each, and the tf.Optimizer
 * of one drawn setting with a rate that a schedule moves.
 */
import * as tf from "@tensorflow/tfjs-core";
import { foldIn, streamKey, threefry, unitInterval } from "lawn-ranker/random";
import { lawn } from "lawn-ranker/tfjs";

const adamRates = [3e-4, 1e-1];
const adam = () => new tf.AdamOptimizer(1, 0.9, 0.999);

/** By name: ranges of a search, logarithmic, and the base optimizer. */
const arms = {
  adam: { ranges: { rate: adamRates }, base: adam },
  adamw: { ranges: { rate: adamRates, decay: [1e-3, 1] }, base: adam },
  "lawn(adam)": { ranges: { rate: adamRates, freeShare: [0.02, 0.5] }, base: adam },
  sgd: { ranges: { rate: [3e-3, 1] }, base: () => new tf.MomentumOptimizer(1, 0.9) },
};
export const armNames = Object.keys(arms);

/** The trial-th setting of an arm: a Latin square's, each range in as many equal parts as there are trials. */
export function drawSetting(arm, { trial, trials, seed }) {
  const block = { first: 0, second: 0 };
  const draw = (key, counter) => {
    threefry(key, counter, 0, block);
    return unitInterval(block.first);
  };
  return Object.fromEntries(
    Object.entries(arms[arm].ranges).map(([name, [low, high]]) => {
      const key = streamKey(seed, `search/${name}`); // arms with the same range try the same values
      const order = Array.from({ length: trials }, (_, i) => i).sort(
        (a, b) => draw(foldIn(key, 1), a) - draw(foldIn(key, 1), b),
      );
      const place = (order[trial] + draw(foldIn(key, 2), trial)) / trials;
      return [name, Number((low * (high / low) ** place).toPrecision(3))];
    }),
  );
}

/**
 * { optimizer, setRate(rate), decay(variables, rate) }: the rate is the caller's at each step; decay is AdamW's,
 * decoupled (Loshchilov & Hutter 2019), w *= 1 - rate decay before the step, and nothing for the others.
 */
export function makeOptimizer(arm, setting, { model, steps }) {
  const base = arms[arm].base();
  const freeSteps = Math.max(1, Math.round(steps * (setting.freeShare ?? 1)));
  const optimizer = arm === "lawn(adam)" ? lawn(base, { model, freeSteps }) : base;
  return {
    optimizer,
    setRate: (rate) => {
      if (base.setLearningRate === undefined) base.learningRate = rate;
      else base.setLearningRate(rate);
    },
    decay: (variables, rate) => {
      const { decay = 0 } = setting;
      if (decay === 0) return;
      tf.tidy(() => {
        for (const variable of variables) variable.assign(tf.mul(variable, 1 - rate * decay));
      });
    },
  };
}
