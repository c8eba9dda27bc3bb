/** What a DLL of Windows says of itself. Layout: Microsoft's "PE Format". */
import { readerOf } from "./bytes.mjs";

const machines = { 34404: "x64", 43620: "arm64" };

/** `libraries` are those needed; `nodeImports` the symbols bound to node.exe, `imports` all. */
export function inspectPe(bytes) {
  const file = readerOf(bytes);
  const header = file.u32(60) + 4; // behind the signature "PE\0\0"
  const optional = header + 20; // PE32+, whose directories begin at 112
  const sections = Array.from({ length: file.u16(header + 2) }, (_, k) => {
    const at = optional + file.u16(header + 16) + 40 * k;
    return { address: file.u32(at + 12), size: file.u32(at + 16), offset: file.u32(at + 20) };
  });
  const offsetOf = (address) => {
    const section = sections.find(
      (candidate) => address >= candidate.address && address < candidate.address + candidate.size,
    );
    return address - section.address + section.offset;
  };
  const directory = (index) => file.u32(optional + 112 + 8 * index);
  const needed = importsOf(file, offsetOf, directory(1));
  return {
    format: "PE",
    cpu: machines[file.u16(header)] ?? "unknown",
    libraries: needed.map(({ library }) => library),
    imports: needed.flatMap(({ names }) => names),
    nodeImports: needed.filter(({ library }) => /^node\.exe$/i.test(library)).flatMap(({ names }) => names),
    exports: exportsOf(file, offsetOf, directory(0)),
  };
}

function importsOf(file, offsetOf, address) {
  const needed = [];
  for (let at = offsetOf(address); file.u32(at + 12) !== 0; at += 20) {
    const names = [];
    const lookup = file.u32(at) || file.u32(at + 16);
    for (let entry = offsetOf(lookup); file.u64(entry) !== 0; entry += 8) {
      const isNumbered = file.u32(entry + 4) >>> 31 === 1;
      names.push(isNumbered ? `#${file.u16(entry)}` : file.text(offsetOf(file.u32(entry)) + 2));
    }
    needed.push({ library: file.text(offsetOf(file.u32(at + 12))), names });
  }
  return needed;
}

function exportsOf(file, offsetOf, address) {
  const at = offsetOf(address);
  const names = offsetOf(file.u32(at + 32));
  return Array.from({ length: file.u32(at + 24) }, (_, k) => file.text(offsetOf(file.u32(names + 4 * k))));
}
