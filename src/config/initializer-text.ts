/** Initialisers as one word in configs and flags, such as "normal:0.01" or "glorot-uniform". */

export const initializerPattern =
  /^(zeros|(normal|uniform):(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|(glorot|he|lecun)-(normal|uniform))$/;

export type FanInitializer = `${"glorot" | "he" | "lecun"}-${"normal" | "uniform"}`;

export type InitializerChoice =
  | { readonly name: "zeros" }
  | { readonly name: "normal" | "uniform"; readonly scale: number }
  | { readonly name: FanInitializer };

/** The choice that `text`, which matches `initializerPattern`, stands for. */
export function initializerFromText(text: string): InitializerChoice {
  const [name = "", scale] = text.split(":");
  if (name === "normal" || name === "uniform") return { name, scale: Number(scale) };
  return name === "zeros" ? { name } : { name: name as FanInitializer }; // the pattern leaves nothing else
}
