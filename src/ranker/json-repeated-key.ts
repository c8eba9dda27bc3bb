/** What JSON.parse keeps silent about: a key that stands twice in one object, of which it would drop the first. */

/** The first key repeated within one object of the valid JSON document `text`, or null. Linear in its length. */
export function findRepeatedKey(text: string): string | null {
  const open: (Set<string> | null)[] = []; // keys of each open object, innermost last; null for an array
  let place = 0;
  while (place < text.length) {
    const character = text[place];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(null);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfString(text, place);
      if (isKey(text, end)) {
        const key: string = JSON.parse(text.slice(place, end)); // "a" and "\u0061" are one key
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      place = end;
      continue;
    }
    place++;
  }
  return null;
}

/** Just after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let place = start + 1;
  while (place < text.length && text[place] !== '"') place += text[place] === "\\" ? 2 : 1;
  return place + 1;
}

/** In valid JSON a string is a key exactly when a colon follows it. */
function isKey(text: string, end: number): boolean {
  let place = end;
  while (place < text.length && " \t\r\n".includes(text[place] ?? "")) place++;
  return text[place] === ":";
}
