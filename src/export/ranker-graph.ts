/**
 * A ranker as an ONNX graph: user and item indices in, logits out, every table and weight inside under its own name.
 * Twin of ranker/forward.ts, from which it differs in float32 arithmetic and the order of sums only.
 */
import { headWidth, type Parameters, parametersOf, type RankerSpec } from "../ranker/ranker-spec.ts";
import { withoutCosine } from "../ranker/unit-rows.ts";
import type { OnnxModel, OnnxNode, OnnxTensor } from "./onnx-model.ts";

/**
 * Of the default operator set: ReduceSum and Squeeze take their axes as inputs since 13; 17 is
 * read by runtimes since 2022.
 */
export const ONNX_OPSET = 17;
/** File format version that goes with it. */
export const ONNX_IR_VERSION = 8;

export const onnxNames = { users: "user", items: "item", logits: "logit", batch: "batch" } as const;

export interface RankerGraphOptions {
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
  readonly packageVersion: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Tables and weights are not copied where they are float32 already. The tables of a cosine go in with rows of unit
 * length, the users' divided by the temperature: the graph multiplies, and normalises nothing.
 */
export function rankerGraph({ packageVersion, metadata, ...given }: RankerGraphOptions): OnnxModel {
  const { spec, parameters } = withoutCosine(given.spec, given.parameters);
  const nodes = logitNodes(spec);
  return {
    name: "ranker",
    doc: "Logits of (user, item) pairs; higher is better. Inputs are dense indices from 0, not the ids of the log.",
    producer: { name: "lawn-ranker", version: packageVersion },
    metadata,
    inputs: [onnxNames.users, onnxNames.items].map((name) => ({ name, type: "int64", shape: [onnxNames.batch] })),
    outputs: [{ name: onnxNames.logits, type: "float32", shape: [onnxNames.batch] }],
    nodes,
    initializers: [...tensorsOf(spec, parameters), ...axesOf(nodes)],
  };
}

/** Node outputs are named for what they hold; all have a row for each pair. */
function logitNodes(spec: RankerSpec): OnnxNode[] {
  const { dot, gmf, embedding, tower, idBiases } = spec;
  const nodes: OnnxNode[] = [];
  const add = (operator: OnnxNode["operator"], output: string, inputs: string[], attributes = {}): string => {
    nodes.push({ operator, inputs, output, attributes });
    return output;
  };
  const rowsOf = (table: string): string =>
    add("Gather", `${table}.rows`, [table, table.startsWith("user") ? onnxNames.users : onnxNames.items], { axis: 0 });
  const product = (suffix: string): string =>
    add("Mul", `product${suffix}`, [rowsOf(`user${suffix}`), rowsOf(`item${suffix}`)]);

  const terms: string[] = []; // [batch] each; the logit is their sum
  if (dot > 0) terms.push(add("ReduceSum", "dot", [product("Dot"), "axis1"], { keepdims: 0 }));
  const headInputs: string[] = []; // [batch, width] each
  if (gmf > 0) headInputs.push(product("Gmf"));
  if (embedding > 0) {
    let hidden = add("Concat", "tower.input", [rowsOf("userMlp"), rowsOf("itemMlp")], { axis: 1 });
    for (const layer of tower.keys()) {
      const linear = [hidden, `tower.${layer}.weight`, `tower.${layer}.bias`];
      hidden = add("Relu", `tower.${layer}`, [add("Gemm", `tower.${layer}.linear`, linear, { transB: 1 })]);
    }
    headInputs.push(hidden);
  }
  const [only, ...others] = headInputs;
  if (only === undefined) terms.push("head.bias");
  else {
    const input = others.length === 0 ? only : add("Concat", "head.input", headInputs, { axis: 1 });
    const column = add("Gemm", "head.column", [input, "head.weight", "head.bias"], { transB: 1 }); // [batch, 1]
    terms.push(add("Squeeze", "head", [column, "axis1"]));
  }
  if (idBiases) terms.push(rowsOf("userBias"), rowsOf("itemBias"));
  terms.reduce((sum, term, index) => add("Add", `sum.${index}`, [sum, term]));
  const last = nodes.pop()!; // every ranker has a path, so there is one
  return [...nodes, { ...last, output: onnxNames.logits }];
}

/** In the order of the checkpoint. The head is a matrix of one row here, as Gemm wants it. */
function tensorsOf(spec: RankerSpec, parameters: Parameters): OnnxTensor[] {
  return parametersOf(spec).map(({ name, shape }) => {
    const values = parameters.get(name);
    if (values === undefined) throw new RangeError(`parameters have no ${name}; they belong to another ranker`);
    return {
      name,
      shape: name === "head.weight" ? [1, headWidth(spec)] : shape,
      values: values instanceof Float32Array ? values : Float32Array.from(values),
    };
  });
}

function axesOf(nodes: readonly OnnxNode[]): OnnxTensor[] {
  const isUsed = nodes.some(({ inputs }) => inputs.includes("axis1"));
  return isUsed ? [{ name: "axis1", shape: [1], values: BigInt64Array.of(1n) }] : [];
}
