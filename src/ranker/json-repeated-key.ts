/** What JSON.parse keeps silent about: a key that stands twice in one object, of which it would drop the first. */

/** The first key repeated within one object of the valid JSON document `text`, or null. Linear in its length. */
export function findRepeatedKey(text: string): string | null {
  const open: (Set<string> | null)[] = []; // keys of each open object, innermost last; null for an array
  let position = 0;
  while (position < text.length) {
    const character = text[position];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(null);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfString(text, position);
      if (isKey(text, end)) {
        const key: string = JSON.parse(text.slice(position, end)); // "a" and "\u0061" are one key
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      position = end;
      continue;
    }
    position++;
  }
  return null;
}

/** Just after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length && text[position] !== '"') position += text[position] === "\\" ? 2 : 1;
  return position + 1;
}

/** In valid JSON a string is a key exactly when a colon follows it. */
function isKey(text: string, end: number): boolean {
  let position = end;
  while (position < text.length && " \t\r\n".includes(text[position] ?? "")) position++;
  return text[position] === ":";
}
