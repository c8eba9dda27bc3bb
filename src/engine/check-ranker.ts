/** What every engine and scoring session checks of a ranker: that its tensors are those of its sizes. */
import { EngineError } from "../errors.ts";
import { checkRankerSpec, type Parameters, parametersOf, type RankerSpec, sizeOf } from "../ranker/ranker-spec.ts";
import { tensorView } from "./own-columns.ts";

/** As plain values of our own, each read once; tensors are views of the caller's memory. */
export function checkedRanker(
  wanted: RankerSpec,
  given: Parameters,
): { readonly spec: RankerSpec; readonly parameters: Parameters } {
  const { users, items, dot, gmf, embedding, tower, idBiases, cosineTemperature } = wanted;
  if (!Array.isArray(tower)) throw new EngineError("ranker.tower is no array, expected the widths of its layers");
  const spec = { users, items, dot, gmf, embedding, tower: [...tower], idBiases, cosineTemperature };
  checkRankerSpec(spec);
  const parameters = new Map([...given].map(([name, values]) => [String(name), tensorView(String(name), values)]));
  checkParameters(spec, parameters);
  return { spec, parameters };
}

/** The precision that all tensors share; names, sizes and types must be those of the ranker. */
export function precisionOf(parameters: Parameters): "float32" | "float64" {
  const isDouble = [...parameters.values()].map((values) => values instanceof Float64Array);
  if (isDouble.every((claim) => claim)) return "float64";
  if (!isDouble.some((claim) => claim)) return "float32";
  throw new EngineError("parameters mix float32 and float64 tensors, expected one precision for all");
}

function checkParameters(spec: RankerSpec, parameters: Parameters): void {
  const problems: string[] = [];
  const expectedNames = new Set<string>();
  for (const { name, shape } of parametersOf(spec)) {
    expectedNames.add(name);
    const found = parameters.get(name)?.length;
    if (found !== sizeOf(shape)) {
      problems.push(`${name} has ${found ?? "no"} values, expected ${sizeOf(shape)} [${shape.join(", ")}]`);
    }
  }
  for (const name of parameters.keys())
    if (!expectedNames.has(name)) problems.push(`${name} is not part of this ranker`);
  if (problems.length > 0) throw new EngineError(`parameters do not fit the ranker: ${problems.join("; ")}`);
}
