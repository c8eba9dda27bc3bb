/** Addresses of Redis: redis://user:password@host:6379/0, or rediss:// by TLS. */
import { addressText, PASSWORD_SIGNS } from "../address-text.ts";
import { isEncoded } from "./percent-encoding.ts";

export function isRedisAddress(text: string): boolean {
  return /^rediss?:\/\//i.test(text);
}

/** What is wrong with it, without its secrets; null where nothing is. */
export function redisAddressProblem(text: string): string | null {
  if (!/^rediss?:\/\/./i.test(text)) return "it does not begin with redis:// or rediss://";
  const port = /:(\d+)(?=[/?#]|$)/.exec(text.slice(text.lastIndexOf("@") + 1))?.[1];
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) {
    return `its port is ${port}, which is none from 1 to 65535`;
  }
  // What cannot be shown without a secret cannot be told apart by Redis's client either.
  if (!URL.canParse(text) || addressText(text).endsWith("...") || !isEncoded(text)) {
    return `its parts cannot be told apart; ${PASSWORD_SIGNS}`;
  }
  return new URL(text).hostname === "" ? "it names no host" : null;
}
