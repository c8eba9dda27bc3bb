/** A command as it can be pasted into a shell (POSIX, but for control characters, which bash, zsh and ksh read). */

/** Words that are more than plain letters, digits and a few signs are quoted: my data becomes 'my data'. */
export function shellCommand(...words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!/\p{Cc}/u.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  // $'...' names control characters, which neither survive a terminal nor being copied.
  const named = word.replaceAll(/[\\']/g, String.raw`\$&`).replaceAll(/\p{Cc}/gu, codeOf);
  return `$'${named}'`;
}

function codeOf(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
