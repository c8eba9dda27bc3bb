/**
 * What a shared library of macOS says of itself, and whether its signature fits: a processor of Apple's runs no page
 * whose hash is not signed. Layout: <mach-o/loader.h>, <mach-o/nlist.h>, <kern/cs_blobs.h>.
 */
import { createHash } from "node:crypto";
import { readerOf } from "./bytes.mjs";

const cpus = { 16777223: "x64", 16777228: "arm64" };
const LOADS_LIBRARY = new Set([0xc, 0x80000018, 0x8000001f]);
const SYMBOL_TABLE = 0x2;
const CODE_SIGNATURE = 0x1d;
const BUILD_VERSION = 0x32;
const BINDINGS = new Set([0x22, 0x80000022]);
/** In place of a library's number: looked for in all that the process has. */
const LOOKED_UP = -2;

/**
 * `system` is the oldest macOS that will do, `signature` "valid", "broken" or "none". Symbols are without their "_";
 * `unbound` are the imports that no library is named for: the process that loads the file must have them.
 */
export function inspectMachO(bytes) {
  const file = readerOf(bytes);
  let written = null;
  const result = { format: "Mach-O", cpu: cpus[file.u32(4)] ?? "unknown", libraries: [], signature: "none" };
  for (let at = 32, left = file.u32(16); left > 0; left--, at += file.u32(at + 4)) {
    const command = file.u32(at);
    if (LOADS_LIBRARY.has(command)) result.libraries.push(file.text(at + file.u32(at + 8)));
    if (command === SYMBOL_TABLE) Object.assign(result, symbolsOf(file, at));
    // Where bindings are written out, the loader goes by them and not by the table of symbols.
    if (BINDINGS.has(command)) written = [16, 32].flatMap((field) => bindingsIn(file, at + field));
    if (command === BUILD_VERSION) result.system = `${file.u32(at + 12) >> 16}.${(file.u32(at + 12) >> 8) & 255}`;
    if (command === CODE_SIGNATURE) result.signature = checkSignature(file, file.u32(at + 8)) ? "valid" : "broken";
  }
  if (written === null) return result;
  return { ...result, unbound: written.filter(({ library }) => library === LOOKED_UP).map(({ name }) => name) };
}

function symbolsOf(file, command) {
  const [table, count, names] = [file.u32(command + 8), file.u32(command + 12), file.u32(command + 16)];
  const symbols = { imports: [], exports: [], unbound: [] };
  for (let k = 0; k < count; k++) {
    const at = table + 16 * k;
    const [kind, name] = [file.u8(at + 4), file.text(names + file.u32(at)).replace(/^_/, "")];
    const [isExternal, isPrivate, isDefined] = [(kind & 1) !== 0, (kind & 0x10) !== 0, (kind & 0xe) !== 0];
    if (isExternal && !isPrivate) symbols[isDefined ? "exports" : "imports"].push(name);
    if (isExternal && !isDefined && file.u8(at + 7) === 256 + LOOKED_UP) symbols.unbound.push(name);
  }
  return symbols;
}

/**
 * [{ name, library }] of a stream of binding opcodes, whose offset and size stand at `field`: a register machine, of
 * which only the library's number and the name matter here.
 */
function bindingsIn(file, field) {
  const [start, size] = [file.u32(field), file.u32(field + 4)];
  const bindings = [];
  let [at, library, name] = [start, 0, ""];
  const skipNumber = () => {
    while (file.u8(at++) & 0x80);
  };
  while (at < start + size) {
    const [opcode, value] = [file.u8(at) & 0xf0, file.u8(at) & 0x0f];
    at++;
    if (opcode === 0x10) library = value;
    else if (opcode === 0x20)
      [library] = [file.u8(at), skipNumber()]; // more than 127 libraries are nobody's
    else if (opcode === 0x30) library = value === 0 ? 0 : value - 16;
    else if (opcode === 0x40) {
      name = file.text(at);
      at += name.length + 1;
    } else if (opcode >= 0x60 && opcode <= 0x80) skipNumber();
    else if (opcode >= 0x90) {
      bindings.push({ name: name.replace(/^_/, ""), library });
      if (opcode === 0xa0 || opcode === 0xc0) skipNumber();
      if (opcode === 0xc0) skipNumber();
    }
  }
  return bindings;
}

/** Whether every page up to the signature has the hash that the code directory holds. Numbers there are big-endian. */
function checkSignature(file, signature) {
  const count = file.bigEndian32(signature + 8);
  for (let k = 0; k < count; k++) {
    const blob = signature + file.bigEndian32(signature + 12 + 8 * k + 4);
    if (file.bigEndian32(blob) === 0xfade0c02) return checkPages(file, blob);
  }
  return false;
}

function checkPages(file, directory) {
  const [hashes, pages, limit] = [16, 28, 32].map((field) => file.bigEndian32(directory + field));
  const [hashSize, pageSize] = [file.u8(directory + 36), 2 ** file.u8(directory + 39)];
  for (let page = 0; page < pages; page++) {
    const start = page * pageSize;
    const content = file.slice(start, Math.min(pageSize, limit - start));
    const hash = createHash("sha256").update(content).digest().subarray(0, hashSize);
    if (!hash.equals(file.slice(directory + hashes + page * hashSize, hashSize))) return false;
  }
  return pages === Math.ceil(limit / pageSize);
}
