/**
 * One writer at a time in a folder: a file that says who holds it, linked into place whole. It is stale once its
 * process is gone, or, where that cannot be known, once it has shown no sign of life for long. Why so:
 * docs/decisions/0015-locks-say-who-and-beat.md.
 */
import { type FileHandle, link, open, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { ConfigError } from "../errors.ts";
import { errorCode } from "./error-code.ts";
import { readTextIfThere, sha256Of } from "./file-content.ts";
import type { Processes } from "./processes.ts";

const BEAT_MILLISECONDS = 10_000;
/** Of a holder in another place, whose process cannot be asked for. */
const SILENCE_MILLISECONDS = 120_000;

/** What a contender has written, and links into place. */
interface Claim {
  /** The lock that is wanted. */
  readonly lock: string;
  readonly file: string;
  readonly text: string;
  readonly handle: FileHandle;
  readonly processes: Processes;
}

interface Holder {
  readonly text: string;
  readonly processId: number;
  readonly host: string;
  readonly place: string;
  readonly token: string;
}

/** Takes the lock or throws ConfigError saying who holds it; resolves to the function that gives it back. */
export async function takeLock(path: string, processes: Processes): Promise<() => Promise<void>> {
  const claim = await writeClaim(path, processes);
  const { handle, file, text } = claim;
  try {
    await occupy(path, claim);
    await clearLeftovers(claim);
  } catch (error) {
    await handle.close();
    throw error;
  } finally {
    await rm(file, { force: true });
  }
  // A sign of life: the time of the file, by the clock of whoever keeps it.
  const beat = setInterval(() => void handle.write(text, 0).catch(() => {}), BEAT_MILLISECONDS);
  beat.unref();
  return async () => {
    clearInterval(beat);
    await handle.close();
    if ((await readTextIfThere(path)) === text) await rm(path, { force: true });
  };
}

let claims = 0;

async function writeClaim(lock: string, processes: Processes): Promise<Claim> {
  const { processId, place, token } = processes;
  const own = `${token}-${claims++}`;
  const file = `${lock}.claim-${place}-${processId}-${own}`;
  const text = `${processId} ${hostname()} ${place} ${own}\n`;
  const handle = await open(file, "wx");
  try {
    await handle.write(text, 0);
  } catch (error) {
    await handle.close();
    await rm(file, { force: true });
    throw error;
  }
  return { lock, file, text, handle, processes };
}

/**
 * Puts the claim at `target`, where nothing is or the claim of a holder that is gone. Only one contender may remove
 * what that holder left: the one who, in the same way, has got the file named for it. While it has it, nobody else
 * changes `target`.
 */
async function occupy(target: string, claim: Claim): Promise<void> {
  for (;;) {
    if (await linked(claim.file, target)) return;
    const holder = await readHolder(target);
    if (holder === null) continue; // given back this very moment
    if (await isAtWork(holder, target, claim)) throw refusal(holder, claim);
    const succession = `${claim.lock}.after-${sha256Of(holder.text).slice(0, 16)}`;
    await occupy(succession, claim);
    try {
      if ((await readTextIfThere(target)) !== holder.text) continue; // somebody has been quicker
      const next = `${claim.file}.next`;
      await link(claim.file, next);
      await rename(next, target);
      return;
    } finally {
      await rm(succession, { force: true });
    }
  }
}

async function isAtWork(
  holder: Pick<Holder, "processId" | "place" | "token">,
  file: string,
  { handle, processes }: Claim,
): Promise<boolean> {
  if (holder.place === processes.place) {
    if (holder.processId === processes.processId) return holder.token.startsWith(`${processes.token}-`);
    return processes.isProcessAlive(holder.processId, holder.token);
  }
  // Both times are of the same clock, whatever those of the machines say.
  const [own, theirs] = [await handle.stat(), await stat(file).catch(() => null)];
  return theirs !== null && own.mtimeMs - theirs.mtimeMs < SILENCE_MILLISECONDS;
}

function refusal({ processId, host, place }: Holder, { lock, processes }: Claim): ConfigError {
  const elsewhere = `; what a process of another machine or container has left is taken over after ${SILENCE_MILLISECONDS / 60_000} minutes without a sign of life`;
  return new ConfigError(
    `${lock}: process ${processId} on ${host} is at work here; wait for it, or remove the file if it is gone${place === processes.place ? "" : elsewhere}`,
  );
}

/** What processes left beside the lock that died before they had it, or while they took it over. */
async function clearLeftovers(claim: Claim): Promise<void> {
  const folder = dirname(claim.lock);
  const [claims, successions] = [`${basename(claim.lock)}.claim-`, `${basename(claim.lock)}.after-`];
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if (file === claim.file || !(name.startsWith(claims) || name.startsWith(successions))) continue;
    const holder = name.startsWith(claims) ? claimant(name.slice(claims.length)) : await readHolder(file);
    if (holder !== null && !(await isAtWork(holder, file, claim))) await rm(file, { force: true });
  }
}

/** By the name of a claim: its text may never have been written. */
function claimant(name: string): Pick<Holder, "processId" | "place" | "token"> {
  const [place = "", processId = "", ...token] = name.replace(/\.next$/, "").split("-");
  return { place, processId: Number(processId), token: token.join("-") };
}

async function linked(claim: string, path: string): Promise<boolean> {
  try {
    await link(claim, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | null> {
  const text = await readTextIfThere(path);
  if (text === null) return null;
  const [processId = "", host = "an unknown machine", place = "", token = ""] = text.trim().split(" ");
  return { text, processId: Number(processId), host, place, token };
}
