/** What a folder holds, so that two can be compared: values of JSON and words of HTML one by one, else hashes. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** Of every file and link: "path#place" -> value. */
export function stateOf(folder) {
  const state = new Map();
  for (const name of readdirSync(folder, { recursive: true }).sort()) {
    const file = path.join(folder, name);
    const kind = lstatSync(file);
    if (kind.isSymbolicLink()) state.set(name, `-> ${readlinkSync(file)}`);
    else if (kind.isDirectory()) state.set(name, "folder");
    else for (const [place, value] of valuesOf(file)) state.set(`${name}#${place}`, value);
  }
  return state;
}

function* valuesOf(file) {
  const bytes = readFileSync(file);
  const extension = path.extname(file);
  if (extension === ".json") yield* leaves("", JSON.parse(bytes.toString()));
  else if (extension === ".jsonl") {
    for (const [line, text] of bytes.toString().trimEnd().split("\n").entries()) {
      yield* leaves(String(line), JSON.parse(text));
    }
  } else if (extension === ".html" || extension === ".md") {
    for (const [word, text] of bytes
      .toString()
      .split(/[\s<>"]+/)
      .entries())
      yield [word, text];
  } else yield ["", createHash("sha256").update(bytes).digest("hex")];
}

function* leaves(place, value) {
  if (typeof value !== "object" || value === null) yield [place, JSON.stringify(value)];
  else for (const [key, inner] of Object.entries(value)) yield* leaves(`${place}/${key}`, inner);
}

/** A run says how often it was resumed; records of trials tell seconds, and so have one digit more or less. */
const MAY_DIFFER = /#\/resumptions$|#\/files\/trials\/.*\.json\/bytes$/;

/** What two undisturbed states agree on; null where they may differ, as times do. */
export function agreed(one, other) {
  const places = new Set([...one.keys(), ...other.keys()]);
  const same = (place) => one.get(place) === other.get(place) && !MAY_DIFFER.test(place);
  return new Map([...places].map((place) => [place, same(place) ? one.get(place) : null]));
}

/** One line for each place where `state` is not as `expected`. */
export function differences(state, expected) {
  const places = new Set([...state.keys(), ...expected.keys()]);
  return [...places].flatMap((place) => {
    const [found, wanted] = [state.get(place), expected.get(place)];
    if (wanted === undefined) return [`left behind: ${place}`];
    if (found === undefined) return [`missing: ${place}`];
    return wanted === null || found === wanted ? [] : [`${place}: ${found}, undisturbed ${wanted}`];
  });
}
