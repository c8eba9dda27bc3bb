/** The commands of lawn-ranker within this process: words in, exit status and what was said out. */
import path from "node:path";
import { pathToFileURL } from "node:url";

export async function openProgram(dist) {
  const load = (file) => import(pathToFileURL(path.join(dist, file)));
  const { runCommandLine } = await load("pipelines/command-line/run-command-line.js");
  const { stages } = await load("pipelines/stages.js");
  return async (words) => {
    let said = "";
    const take = (text) => {
      said += text;
    };
    const status = await runCommandLine(words, stages, { version: "0", stdout: () => {}, stderr: take, context });
    return { status, said: said.trim().split("\n").slice(-3).join("\n") };
  };
}

const context = () => ({
  now: () => Date.now(),
  elapsed: () => performance.now(),
  peakMemoryBytes: () => 0,
  log: () => {},
  terminal: null,
  signal: new AbortController().signal,
  recommendations: [],
  processId: process.pid,
  place: "here",
  token: "this",
  isProcessAlive: () => false,
  startAgain: () => {
    throw new Error("nothing is started here");
  },
  environment: { packageVersion: "0", node: "", platform: "", gitCommit: null, variables: {} },
});
