/**
 * Tensors of a kind, the embeddings of users, of items and the layers, so that a chart has six lines at most where a
 * ranker has twenty tensors.
 */
import type { Hue } from "./series-style.ts";

export interface TensorGroup {
  readonly name: string;
  readonly hue: Hue;
  readonly tensors: readonly string[];
}

const KINDS: readonly { readonly name: string; readonly hue: Hue; readonly holds: (tensor: string) => boolean }[] = [
  { name: "biases", hue: "grey", holds: (tensor) => /bias$/i.test(tensor) },
  { name: "users", hue: "blue", holds: (tensor) => tensor.startsWith("user") },
  { name: "items", hue: "vermilion", holds: (tensor) => tensor.startsWith("item") },
  { name: "tower", hue: "green", holds: (tensor) => tensor.startsWith("tower.") },
  { name: "head", hue: "purple", holds: (tensor) => tensor.startsWith("head.") },
];

/** Groups with a tensor at least; each tensor is in exactly one. Biases come last, as what LAWN lets go free. */
export function groupsOf(tensors: readonly string[]): readonly TensorGroup[] {
  const found = KINDS.map(({ name, hue }): TensorGroup & { tensors: string[] } => ({ name, hue, tensors: [] }));
  for (const tensor of tensors) {
    const index = KINDS.findIndex(({ holds }) => holds(tensor));
    found[index]?.tensors.push(tensor);
  }
  return [...found.slice(1), found[0]!].filter((group) => group.tensors.length > 0);
}

type ByTensor = Readonly<Record<string, number | null>>;

/**
 * Euclidean norm of the named tensors laid end to end: the root of the sum of their squares.
 * Null where one is not known.
 */
export function normOf(norms: ByTensor, tensors: readonly string[]): number | null {
  let squares = 0;
  for (const tensor of tensors) {
    const norm = norms[tensor] ?? null;
    if (norm === null) return null;
    squares += norm * norm;
  }
  return Math.sqrt(squares);
}

/** Null where none is known. */
export function largestOf(values: ByTensor, tensors: readonly string[]): number | null {
  const known = tensors.map((tensor) => values[tensor] ?? null).filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
