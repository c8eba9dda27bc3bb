/** How the objects of a JSON file stand in it, told by its first bytes. */
import { shellCommand } from "../../config/shell-command.ts";
import { DataError } from "../../errors.ts";

export type JsonLayout = "newline_delimited" | "unstructured" | "array";

export const LAYOUT_NAMES: Readonly<Record<JsonLayout, string>> = {
  newline_delimited: "json lines",
  unstructured: "json, objects over several lines",
  array: "json, an array",
};

/** Prints each line of standard input as JSON, of which the line is a Python dict. */
const DICTS_TO_JSON = "import ast,json,sys; [print(json.dumps(ast.literal_eval(line))) for line in sys.stdin]";

/** `head` is empty where nothing can be told. Throws DataError for what merely looks like JSON. */
export function jsonLayout(file: string, head: Buffer): JsonLayout {
  const text = head.toString("utf8").replace(/^\ufeff/, "");
  const start = text.trimStart();
  if (/^(\[\s*)?\{\s*u?'/.test(start)) {
    const remedy = shellCommand("python3", "-c", DICTS_TO_JSON);
    throw new DataError(
      `${file}: not JSON (single quotes: Python dicts); write one JSON object a line: ${remedy} < ${shellCommand(file)}`,
    );
  }
  if (start.startsWith("[")) {
    if (/^\[\s*[{\]]/.test(start)) return "array";
    throw new DataError(
      `${file}: a JSON array of something else than objects, expected [{"user": 1, "item": 2}, ...] or an object a line`,
    );
  }
  if (head.length > 0 && !/^\s*\{/m.test(start)) {
    const [line] = start.slice(0, 40).split(/[\r\n]/);
    throw new DataError(
      `${file}: not JSON (it begins with "${line}"), expected objects such as {"user": 1, "item": 2}`,
    );
  }
  const first = /^[^\r\n]*(?=[\r\n])/.exec(start)?.[0];
  // A first line that opens what a later one closes; one that is cut off or damaged is one bad row.
  return first !== undefined && /[{[,:]\s*$/.test(first) && !isJson(first) ? "unstructured" : "newline_delimited";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
