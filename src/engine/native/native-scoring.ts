/** Scores from native memory without a training session: the addon alone, which then steps nothing. */
import { EngineError } from "../../errors.ts";
import { type Parameters, parametersOf, type RankerSpec } from "../../ranker/ranker-spec.ts";
import { noSides } from "../../ranker/side.ts";
import { checkedRanker } from "../check-ranker.ts";
import { closedBy } from "../closable.ts";
import { withOwnErrors } from "../own-errors.ts";
import type { ScoringSession } from "../scoring-session.ts";
import { createSessionCalls } from "../session-calls.ts";
import { requireNativeAddon, tensorKinds } from "./native-addon.ts";
import { describeMachine, machineOf, type NativeOptions } from "./native-machine.ts";
import { nativeRanker, noLossNumbers } from "./native-ranker.ts";
import { type NativeScorer, openNativeScorer } from "./native-scorer.ts";
import type { NativeSettings } from "./native-settings.ts";

/** An optimizer there must be; this one keeps no memory of its own. */
const noOptimizer: NativeSettings["optimizer"] = {
  rule: "sgd",
  isLazy: false,
  hasRootOfRow: false,
  firstDecay: 0,
  firstShare: 0,
  secondDecay: 0,
  secondShare: 0,
  epsilon: 0,
  weightDecay: 0,
  trustCoefficient: 0,
  lawn: null,
};

export type NativeScoringSession = ScoringSession & Pick<NativeScorer, "catalogue" | "top" | "ranks">;

/** The same bits as the scorer of a native training session with these parameters. Copies them. */
export function openNativeScoring(
  given: { readonly spec: RankerSpec; readonly parameters: Parameters },
  options: NativeOptions = {},
): NativeScoringSession {
  return withOwnErrors("native engine: no scoring session", () => openWith(given, options));
}

function openWith(
  given: { readonly spec: RankerSpec; readonly parameters: Parameters },
  options: NativeOptions,
): NativeScoringSession {
  const addon = requireNativeAddon();
  const machine = machineOf(addon, options);
  const { spec, parameters } = checkedRanker(given.spec, given.parameters);
  const session = addon.openSession({
    ranker: nativeRanker(spec),
    sides: noSides,
    loss: { name: "bce", ...noLossNumbers },
    optimizer: noOptimizer,
    embeddingDecay: 0,
    groups: [],
    interactions: null,
    ...machine,
  });
  for (const [index, { name }] of parametersOf(spec).entries()) {
    const values = parameters.get(name);
    if (!(values instanceof Float32Array))
      throw new EngineError(`native engine: ${name} is not float32; the reference engine takes others`);
    addon.copyTensor(session, tensorKinds.value, index, values, 1);
  }
  addon.parametersChanged(session);

  const { ifOpen, close } = createSessionCalls("scoring session");
  const { pairs, catalogue, top, ranks } = openNativeScorer({ addon, session, spec }, ifOpen);
  return {
    description: describeMachine(machine),
    pairs,
    catalogue,
    top,
    ranks,
    ...closedBy(() => close(() => addon.closeSession(session))),
  };
}
