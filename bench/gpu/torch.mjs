/** PyTorch on the same GPU, eager and compiled: whether it can run here, and the command that times one batch size. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const root = path.join(import.meta.dirname, "..", "..");
const python = process.env.PEER_PYTHON ?? "python3";
const script = path.resolve(process.env.PEER_TORCH ?? path.join(root, "..", "shared", "peers", "ncf_torch.py"));

export function torchOnGpu() {
  const missing = reasonAgainst();
  return [
    { key: "torch", title: "PyTorch eager", missing, command: (task) => torchCommand(task, []) },
    { key: "torch-compile", title: "PyTorch --compile", missing, command: (task) => torchCommand(task, ["--compile"]) },
  ];
}

function reasonAgainst() {
  if (!existsSync(script)) return "no ncf_torch.py; say where it is: PEER_TORCH=path";
  try {
    const words = ["-c", "import torch; print(torch.cuda.is_available())"];
    const answer = execFileSync(python, words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return answer === "True" ? null : "torch sees no CUDA device";
  } catch {
    return `${python} does not import torch; say which does: PEER_PYTHON=path`;
  }
}

function torchCommand({ model, batchSize, seconds, folder }, extra) {
  const words = ["--device", "cuda", "--batch-sizes", `${batchSize}`, "--seconds", `${seconds}`, ...extra];
  words.push("--users", `${model.users}`, "--items", `${model.items}`, "--gmf", `${model.gmf}`);
  words.push("--embedding", `${model.embedding}`, "--layers", model.tower.join(","));
  return { program: python, parameters: [script, ...words], folder };
}
