/** Which of the variables being trained a LAWN optimizer constrains: by the names it was given, or by a predicate. */
import { ConfigError } from "../../errors.ts";

export interface TrainedVariable {
  readonly name: string;
  readonly shape: readonly number[];
}

export type Selection =
  | { readonly kind: "names"; readonly names: readonly string[] }
  | { readonly kind: "predicate"; readonly constrain: (variable: TrainedVariable) => boolean };

/** Names among `trained`, in the selection's order. Throws ConfigError rather than constrain less than was asked. */
export function constrainedNames(selection: Selection, trained: readonly TrainedVariable[]): readonly string[] {
  if (selection.kind === "predicate") {
    const chosen = trained.filter(selection.constrain).map(({ name }) => name);
    if (chosen.length > 0) return chosen;
    throw new ConfigError(`lawn: constrain chose none of ${list(trained)}; without a block LAWN would be its base`);
  }
  return selection.names.map((name) => presentName(name, trained));
}

/**
 * A model loaded into a process that holds its twin has its variables renamed (kernel becomes kernel_1), so a name that
 * is not there stands for the only one that differs by such a suffix.
 */
function presentName(name: string, trained: readonly TrainedVariable[]): string {
  if (trained.some((variable) => variable.name === name)) return name;
  const alike = trained.filter((variable) => withoutSuffix(variable.name) === withoutSuffix(name));
  if (alike.length === 1) return alike[0]!.name;
  throw new ConfigError(`lawn: variable ${name} is constrained but not trained; trained are ${list(trained)}`);
}

const withoutSuffix = (name: string): string => name.replace(/_\d+$/, "");

function list(trained: readonly TrainedVariable[]): string {
  return trained.map(({ name }) => name).join(", ") || "none";
}
