/** Whether a binary would load on every machine that its package promises: what it needs, and what it shows. */
import { createRequire } from "node:module";
import { inspectElf } from "./elf.mjs";
import { inspectMachO } from "./mach-o.mjs";
import { inspectPe } from "./pe.mjs";

const { symbols } = createRequire(import.meta.url)("node-api-headers");
/** Of version 8, which Node 20 and all after it have. */
const nodeApi = new Set(
  ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8"].flatMap((version) => [
    ...symbols[version].js_native_api_symbols,
    ...symbols[version].node_api_symbols,
  ]),
);
/**
 * What a Mac shows anyway: the header, and the operators new and delete, which C++ lets a process replace for all of
 * its libraries. Whichever comes first is taken, and each ends in malloc and free.
 */
const OF_MACS = /^_Z(nw|na|dl|da)|^_mh_dylib_header$|^__dso_handle$/;
const entryPoints = ["napi_register_module_v1", "node_api_module_get_api_version_v1"];

/** Of systems: what every machine of the platform has. */
const systems = {
  glibc: { libraries: /^(lib(c|m|pthread|dl|rt)\.so\.\d|ld-linux-\S+)$/, inspect: inspectElf },
  musl: { libraries: /^libc\.so$/, inspect: inspectElf },
  darwin: { libraries: /^\/usr\/lib\/libSystem\.B\.dylib$/, inspect: inspectMachO },
  win32: { libraries: /^(node\.exe|kernel32\.dll|ntdll\.dll|api-ms-win-crt-[a-z]+-l1-1-0\.dll)$/i, inspect: inspectPe },
};

/** A line for each thing amiss with the file of a row of platforms.mjs. */
export function problemsOf(bytes, platform) {
  const { libraries, inspect } = systems[platform.libc ?? platform.os];
  const found = inspect(bytes);
  const foreign = found.libraries.filter((name) => !libraries.test(name));
  const [, oldest] = /(?:gnu|macos)\.([\d.]+)$/.exec(platform.target) ?? [];
  const younger = (found.versions ?? []).filter((version) => isYounger(version.replace("GLIBC_", ""), oldest));
  const ofNode =
    found.nodeImports ?? found.imports.filter((name) => name.startsWith("napi_") || name.startsWith("node_api_"));
  const unknown = ofNode.filter((name) => !nodeApi.has(name));
  const missing = entryPoints.filter((name) => !found.exports.includes(name));
  const shown = found.exports.filter(
    (name) => !entryPoints.includes(name) && !(platform.os === "darwin" && OF_MACS.test(name)),
  );
  return [
    ...(found.cpu === platform.cpu ? [] : [`it is for ${found.cpu}`]),
    ...foreign.map((name) => `it needs ${name}, which not every machine has`),
    ...younger.map((version) => `it needs ${version}, younger than ${oldest}`),
    ...(ofNode.length > 0 ? [] : ["it asks nothing of Node"]),
    ...unknown.map((name) => `it needs ${name}, which Node-API 8 lacks`),
    ...missing.map((name) => `it lacks ${name}, by which Node opens it`),
    ...(shown.length === 0 ? [] : [`it shows ${shown.length} symbols of its own, such as ${shown[0]}`]),
    ...(platform.os === "darwin" ? problemsOfMac(found, oldest, ofNode) : []),
  ];
}

function problemsOfMac({ cpu, system, signature, unbound }, oldest, ofNode) {
  const strangers = unbound.filter((name) => !nodeApi.has(name));
  const astray = ofNode.filter((name) => !unbound.includes(name));
  const isSigned = signature === "valid" || (signature === "none" && cpu !== "arm64"); // only Apple's processors ask
  return [
    ...(system !== undefined && !isYounger(system, oldest) ? [] : [`it needs macOS ${system}, younger than ${oldest}`]),
    ...(isSigned ? [] : [`its signature is ${signature}`]),
    ...strangers.map((name) => `nothing on a Mac gives it ${name}`),
    ...astray.map((name) => `it looks for ${name} elsewhere than in Node`),
  ];
}

/** 2.17 is younger than 2.2.5: numbers, not decimals. */
function isYounger(version, than) {
  const [ours, theirs] = [version, than].map((text) => text.split(".").map(Number));
  const at = ours.findIndex((part, k) => part !== (theirs[k] ?? 0));
  return at >= 0 && ours[at] > (theirs[at] ?? 0);
}
