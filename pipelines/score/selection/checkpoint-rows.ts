/** A run's parameters read from the disk a range of users at a time: memory does not grow with the number of users. */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { DataError } from "../../../src/errors.ts";
import { errorCode } from "../../../src/files/error-code.ts";
import { carryRowsInto, NO_ROW, sideOf } from "../../../src/ranker/carry-rows.ts";
import { rankerOfIndex } from "../../../src/ranker/checkpoint.ts";
import { type FloatArray, type Parameters, parametersOf, type RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { headBytes, indexSafetensors, type TensorRange } from "../../../src/ranker/safetensors.ts";

export interface CheckpointRows {
  readonly spec: RankerSpec;
  /** Everything but the tables of users; the caller's to keep. */
  shared(): Promise<Parameters>;
  /** Tables of the users [from, to), by name. */
  userRows(from: number, to: number): Promise<Parameters>;
  /**
   * Throws DataError where the file is no longer the one that was opened. A file renamed over it does
   * not disturb the one open.
   */
  checkUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Reads the whole file once for its sha256. Throws DataError where that is not `expected`, or
 * the file is no checkpoint.
 */
export async function openCheckpointRows(file: string, expected: string | undefined): Promise<CheckpointRows> {
  const handle = await openFile(file);
  try {
    const before = await handle.stat();
    const start = await readRange(handle, 0, 8, file);
    const index = indexSafetensors(
      await readRange(handle, 0, Math.min(before.size, headBytes(start)), file),
      before.size,
      file,
    );
    const spec = rankerOfIndex(index, file);
    const found = await sha256OfHandle(handle);
    if (found !== expected) {
      throw new DataError(
        `${file}: its sha256 is ${found}, but manifest.json says ${expected}; it was changed after training`,
      );
    }

    const tensorOf = (name: string): TensorRange => index.tensors.get(name)!; // rankerOfIndex has found each
    const read = async (name: string, from: number, to: number): Promise<readonly [string, FloatArray]> => {
      const { begin, end } = tensorOf(name);
      const values = new Float32Array((to - from) / 4);
      const bytes = await readRange(handle, begin + from, Math.min(end, begin + to), file);
      new Uint8Array(values.buffer).set(bytes);
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) {
        throw new DataError(`${file}: ${name} holds ${values[bad]}; the ranker has diverged, so train it anew`);
      }
      return [name, values];
    };
    const names = parametersOf(spec).map(({ name }) => name);
    const userTables = names.filter((name) => sideOf(name) === "users");

    return {
      spec,
      async shared() {
        const shared = names.filter((name) => sideOf(name) !== "users");
        return new Map(
          await Promise.all(shared.map((name) => read(name, 0, tensorOf(name).end - tensorOf(name).begin))),
        );
      },
      async userRows(from, to) {
        return new Map(
          await Promise.all(
            userTables.map((name) => {
              const rowBytes = (tensorOf(name).end - tensorOf(name).begin) / spec.users;
              return read(name, from * rowBytes, to * rowBytes);
            }),
          ),
        );
      },
      async checkUnchanged() {
        const after = await handle.stat();
        if (after.size === before.size && after.mtimeMs === before.mtimeMs) return;
        throw new DataError(`${file}: was changed while it was being read; score again`);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Tables of the users [from, to) of another numbering, whose rows stand here at `sources`; of those without a row,
 * zeros. Reads the stretch of the tables that holds them, so sources that ascend cost little more than their rows.
 */
export async function carriedUserRows(rows: CheckpointRows, sources: Uint32Array): Promise<Parameters> {
  const found = sources.filter((source) => source !== NO_ROW);
  const first = found.reduce((least, source) => Math.min(least, source), rows.spec.users);
  const end = found.reduce((most, source) => Math.max(most, source + 1), first);
  const stretch = await rows.userRows(first, end);
  const shifted = sources.map((source) => (source === NO_ROW ? NO_ROW : source - first));
  return new Map(
    parametersOf(rows.spec).flatMap(({ name, shape }) => {
      if (sideOf(name) !== "users") return [];
      const into = new Float32Array(sources.length * (shape[1] ?? 1));
      carryRowsInto(stretch.get(name)!, shifted, into);
      return [[name, into] as const];
    }),
  );
}

/** A whole ranker for the users [from, to): user n of it is user from + n. */
export function rankerOfUsers(
  spec: RankerSpec,
  shared: Parameters,
  userRows: Parameters,
  users: number,
): { readonly spec: RankerSpec; readonly parameters: Parameters } {
  const all = new Map([...shared, ...userRows]);
  // Shared and userRows hold each.
  const ordered = parametersOf(spec).map(({ name }) => [name, all.get(name)!] as const);
  return { spec: { ...spec, users }, parameters: new Map(ordered) };
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch (error) {
    if (errorCode(error) === "ENOENT")
      throw new DataError(`${file} is missing; put it back or train anew with --force`);
    throw error;
  }
}

async function readRange(handle: FileHandle, from: number, to: number, file: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, to - from));
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at);
    if (bytesRead === 0) throw new DataError(`${file}: the file is truncated`);
    at += bytesRead;
  }
  return bytes;
}

async function sha256OfHandle(handle: FileHandle): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) digest.update(chunk);
  return digest.digest("hex");
}
