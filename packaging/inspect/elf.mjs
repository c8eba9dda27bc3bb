/** What a shared library of Linux says of itself. Layout: System V ABI, chapters 4 and 5; symbol versions: LSB Core. */
import { readerOf } from "./bytes.mjs";

const machines = { 62: "x64", 183: "arm64" };
const SECTION_DYNAMIC = 6;
const SECTION_DYNAMIC_SYMBOLS = 11;
const SECTION_NEEDED_VERSIONS = 0x6ffffffe;
const TAG_NEEDED = 1;
const LOCAL = 0;

/** `libraries` and `versions` are those needed, `imports` and `exports` names of symbols. */
export function inspectElf(bytes) {
  const file = readerOf(bytes);
  const sections = sectionsOf(file);
  const { imports, exports } = symbolsOf(file, sections);
  return {
    format: "ELF",
    cpu: machines[file.u16(18)] ?? `machine ${file.u16(18)}`,
    libraries: neededLibraries(file, sections),
    versions: neededVersions(file, sections),
    imports,
    exports,
  };
}

function sectionsOf(file) {
  const [table, size, count] = [file.u64(40), file.u16(58), file.u16(60)];
  return Array.from({ length: count }, (_, k) => {
    const at = table + k * size;
    return { type: file.u32(at + 4), offset: file.u64(at + 24), size: file.u64(at + 32), link: file.u32(at + 40) };
  });
}

const sectionOfType = (sections, type) => sections.find((section) => section.type === type);

function neededLibraries(file, sections) {
  const dynamic = sectionOfType(sections, SECTION_DYNAMIC);
  const names = sections[dynamic.link].offset;
  const libraries = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    if (file.u64(at) === TAG_NEEDED) libraries.push(file.text(names + file.u64(at + 8)));
  }
  return libraries;
}

/** Such as GLIBC_2.17; none without versioned symbols. */
function neededVersions(file, sections) {
  const section = sectionOfType(sections, SECTION_NEEDED_VERSIONS);
  if (section === undefined) return [];
  const names = sections[section.link].offset;
  const versions = [];
  for (let library = section.offset, next = 1; next !== 0; library += next) {
    let version = library + file.u32(library + 8);
    for (let left = file.u16(library + 2); left > 0; left--) {
      versions.push(file.text(names + file.u32(version + 8)));
      version += file.u32(version + 12);
    }
    next = file.u32(library + 12);
  }
  return versions;
}

function symbolsOf(file, sections) {
  const table = sectionOfType(sections, SECTION_DYNAMIC_SYMBOLS);
  const names = sections[table.link].offset;
  const symbols = { imports: [], exports: [] };
  for (let at = table.offset; at < table.offset + table.size; at += 24) {
    const [name, binding, section] = [file.text(names + file.u32(at)), file.u8(at + 4) >> 4, file.u16(at + 6)];
    if (name !== "" && binding !== LOCAL) symbols[section === 0 ? "imports" : "exports"].push(name);
  }
  return symbols;
}
