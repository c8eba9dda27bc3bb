/** Who this process is, as locks and unfinished files say it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { processIdentity } from "../../pipelines/process-identity.ts";

const identity = (isAlive: boolean, random = "1") =>
  processIdentity({ processId: process.pid, random, isAlive: () => isAlive });

describe("the identity of a process", () => {
  it("has a place that its neighbours share, and a token of its own", () => {
    expect(identity(true).place).toMatch(/^[0-9a-f]{12}$/);
    expect(identity(true, "2").place).toBe(identity(true).place);
    expect(identity(true, "2").token).not.toBe(identity(true).token);
  });

  it("knows a process from another one that got its id later", () => {
    const { token, isProcessAlive } = identity(true);
    expect(isProcessAlive(process.pid)).toBe(true);
    expect(isProcessAlive(process.pid, `${token}-0`)).toBe(true);
    expect(identity(false).isProcessAlive(process.pid, token)).toBe(false);
    const [start] = token.split("-");
    // Where the system tells nothing of starts, the id has to do.
    expect(isProcessAlive(process.pid, `${Number(start) + 1}-1`)).toBe(start === "");
    expect(isProcessAlive(process.pid, "-1")).toBe(true);
  });

  (process.platform === "linux" ? it : it.skip)(
    "takes one that was killed for gone before its parent has looked",
    async () => {
      // The shell becomes a program that never asks what became of its child.
      const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
      try {
        const [text] = await once(parent.stdout, "data");
        const child = Number(String(text));
        expect(identity(true).isProcessAlive(child)).toBe(true);
        // Until then it is a shell, which does ask.
        while (readFileSync(`/proc/${parent.pid}/comm`, "utf8") !== "sleep\n") await sleep(5);
        process.kill(child, "SIGKILL");
        while (!/\) Z /.test(readFileSync(`/proc/${child}/stat`, "utf8"))) await sleep(5);
        expect(() => process.kill(child, 0)).not.toThrow(); // the id is still there
        expect(identity(true).isProcessAlive(child)).toBe(false);
      } finally {
        parent.kill("SIGKILL");
      }
    },
  );
});
