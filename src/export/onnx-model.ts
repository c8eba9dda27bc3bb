/** An ONNX model as plain data: only what a ranker needs of the format. encode-onnx.ts turns it into bytes. */

/** Element types, by the numbers that the format gives them. */
export const onnxTypes = { float32: 1, int64: 7 } as const;

export interface OnnxModel {
  readonly name: string;
  readonly doc: string;
  readonly producer: { readonly name: string; readonly version: string };
  /** Texts that runtimes show, by key. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

export interface OnnxValue {
  readonly name: string;
  readonly type: keyof typeof onnxTypes;
  /** A text is an extent that each call chooses, such as "batch". */
  readonly shape: readonly (number | string)[];
}

export interface OnnxNode {
  readonly operator: "Add" | "Concat" | "Gather" | "Gemm" | "Mul" | "ReduceSum" | "Relu" | "Squeeze";
  readonly inputs: readonly string[];
  readonly output: string;
  /** Whole numbers are the only attributes a ranker needs. */
  readonly attributes?: Readonly<Record<string, number>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major; as many values as the shape says. */
  readonly values: Float32Array | BigInt64Array;
}
