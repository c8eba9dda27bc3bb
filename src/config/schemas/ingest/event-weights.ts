/** What each kind of event weighs, as people write it: view=1, cart=3, purchase=10. */

export interface EventWeights {
  readonly named: ReadonlyMap<string, number>;
  /** Of events that are not named; null where those are an error. */
  readonly others: number | null;
}

const OTHERS = "*";

/** Null for a list that can be read, else what is wrong with it. */
export function eventWeightProblem(texts: readonly string[]): string | null {
  const names = texts.map((text) => nameAndWeight(text).name);
  for (const text of texts) {
    const { name, weight } = nameAndWeight(text);
    if (name === "") return `"${text}" names no event; expected name=weight`;
    if (!(weight >= 0 && Number.isFinite(Math.fround(weight)))) {
      return `"${text}" has no weight, expected a number from 0 behind the =, such as view=1`;
    }
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `"${twice}" has two weights`;
  if (texts.every((text) => nameAndWeight(text).weight === 0)) return "nothing has a weight above 0 to be trained on";
  return null;
}

/** Of a list without a problem. */
export function eventWeightsOf(texts: readonly string[]): EventWeights {
  const weights = new Map(texts.map(nameAndWeight).map(({ name, weight }) => [name, weight]));
  const others = weights.get(OTHERS) ?? null;
  weights.delete(OTHERS);
  return { named: weights, others };
}

/** The last = parts them, so that a name may hold one. */
function nameAndWeight(text: string): { readonly name: string; readonly weight: number } {
  const at = text.lastIndexOf("=");
  const number = text.slice(at + 1).trim();
  return { name: text.slice(0, Math.max(0, at)).trim(), weight: at < 0 || number === "" ? Number.NaN : Number(number) };
}
