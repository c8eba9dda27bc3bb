/**
 * An address as others may see it, in logs, errors and files: scheme, server and path, never a secret
 * that stands in it.
 */

/** What to do about signs that part an address, for messages. */
export const PASSWORD_SIGNS = "in a password, / ? # @ % are %2F %3F %23 %40 %25";

/** Whether a text is meant for an address, right or wrong, and not for a path. */
export function isAddress(text: string): boolean {
  return /^\w+:\/\//.test(text);
}

/**
 * Without user, password, query and fragment: "redis://:secret@host:6379/0" is "redis://host:6379/0". Where nobody
 * can tell for certain where a password ends, nothing but the scheme is left: "redis://...".
 */
export function addressText(address: string): string {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(address) ?? [];
  if (scheme === undefined || rest === undefined) return looksSecret(address) ? "..." : address;
  const hidden = `${scheme}://...`;
  // A bucket's name has neither ":" nor "@", and keys may hold any sign.
  if (scheme === "s3" && /^[a-z0-9.-]+(\/[^?#]*)?$/.test(rest)) return address;
  const [, authority = "", path = "", tail = ""] = /^([^/?#]*)([^?#]*)(.*)$/s.exec(rest) ?? [];
  const server = authority.slice(authority.lastIndexOf("@") + 1);
  // Databases may leave the server to the environment: "postgres:///shop".
  const isPlain = authority === "" || /^(\[[\da-f:.%]+\]|[^\s:@[\]]+)(:\d*)?$/i.test(server);
  // An "@" further on: the password holds a "/", "?" or "#", and what looks like the server is a part of it.
  return isPlain && !path.includes("@") && !tail.includes("@") ? `${scheme}://${server}${path}` : hidden;
}

/** A text of others, such as a library's message, with every address in it as addressText has it. */
export function withoutSecrets(text: string): string {
  // What ends a sentence ends no address.
  return text.replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>`]+?(?=[.,:;)]*(?:[\s"'<>`]|$))/gi, addressText);
}

/** Text without a scheme that was meant for an address all the same: user:password@host, host?password=... */
function looksSecret(text: string): boolean {
  return /:.*@/s.test(text) || /[?&][\w-]*(pass|secret|token|key|auth|sign)[\w-]*=/i.test(text);
}
