/**
 * Text on its way to a terminal: titles, ids and file names come from outside, and a terminal obeys what stands in
 * them. Control characters (C0, DEL, C1), signs that turn the direction of writing (Trojan Source, Boucher &
 * Anderson 2021), and invisible line ends are shown as JSON escapes them, so that JSON stays the same JSON.
 */

// Tab and line feed are what our own text is laid out with.
const COMMANDS = /(?![\t\n])\p{Cc}|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

export function terminalText(text: string): string {
  return text.replaceAll(COMMANDS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
