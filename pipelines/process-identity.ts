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
    token: `${statusOf(processId)?.start ?? ""}-${random}`,
    isProcessAlive: (other, token) => {
      if (!isAlive(other)) return false;
      const [start] = (token ?? "").split("-");
      const found = statusOf(other);
      if (found === null) return true;
      if (ENDED.includes(found.state)) return false; // its id stays until its parent has looked
      return start === "" || start === found.start; // another start: the id was given out again
    },
  };
}

/** Two machines may share a name and a folder, and two containers a machine. */
function placeOfProcesses(): string {
  const boot = orNull(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const namespace = orNull(() => readlinkSync("/proc/self/ns/pid"));
  return sha256Of(JSON.stringify([hostname(), boot, namespace])).slice(0, 12);
}

/** States of a process that is a zombie or dead. */
const ENDED = "ZXx";

interface ProcessStatus {
  /** A letter: proc(5), field 3. */
  readonly state: string;
  /** When it began, in ticks since the start of the machine: field 22. */
  readonly start: string;
}

/** Null where nothing says. */
function statusOf(processId: number): ProcessStatus | null {
  const line = orNull(() => readFileSync(`/proc/${processId}/stat`, "utf8"));
  if (line === null) return null;
  // Counted from the last bracket: the name of the program, in brackets, may hold anything.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  return state === undefined || start === undefined ? null : { state, start };
}

/** Only Linux has these files. */
function orNull(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
