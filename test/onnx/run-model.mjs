/**
 * An ONNX model run by onnxruntime, in a process of its own: the runtime's tensors want the host's
 * realm, and jest has another.
 * Usage: node run-model.mjs MODEL.onnx PAIRS.json   PAIRS.json is {"user":[...],"item":[...]}; prints logits as JSON.
 */
import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";

const [model, pairsFile] = process.argv.slice(2);
const pairs = JSON.parse(readFileSync(pairsFile, "utf8"));
const session = await InferenceSession.create(model, { logSeverityLevel: 3 });
const column = (values) => new Tensor("int64", BigInt64Array.from(values, BigInt), [values.length]);
const { logit } = await session.run({ user: column(pairs.user), item: column(pairs.item) });
process.stdout.write(JSON.stringify({ shape: logit.dims, logits: Array.from(logit.data) }));
