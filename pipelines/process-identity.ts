/** Who this process is, so that a lock or an unfinished file tells whose it is; read from the system where it says. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { sha256Of } from "../src/files/file-content.ts";
import type { Processes } from "../src/files/processes.ts";

/** `isAlive` knows ids alone; `random` tells this process from all others, whatever their ids. */
export function processIdentity(known: {
  readonly processId: number;
  readonly random: string;
  isAlive(processId: number): boolean;
}): Omit<Processes, "now"> {
  const { processId, random, isAlive } = known;
  return {
    processId,
    place: placeOfProcesses(),
    token: `${startOf(processId) ?? ""}-${random}`,
    isProcessAlive: (other, token) => {
      if (!isAlive(other)) return false;
      const [start] = (token ?? "").split("-");
      const found = startOf(other);
      return start === "" || found === null || start === found; // another start: the id was given out again
    },
  };
}

/** Two machines may share a name and a folder, and two containers a machine. */
function placeOfProcesses(): string {
  const boot = orNull(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const namespace = orNull(() => readlinkSync("/proc/self/ns/pid"));
  return sha256Of(JSON.stringify([hostname(), boot, namespace])).slice(0, 12);
}

/** When a process began, in ticks since the start of the machine (proc(5), field 22); null where nothing says. */
function startOf(processId: number): string | null {
  const line = orNull(() => readFileSync(`/proc/${processId}/stat`, "utf8"));
  // Counted from the last bracket: the name of the program, in brackets, may hold anything.
  return line?.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

/** Only Linux has these files. */
function orNull(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
