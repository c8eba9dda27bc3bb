/** What PostgreSQL or the way to it refuses, in words for the person who can mend it; never with a secret. */
import { PASSWORD_SIGNS, withoutSecrets } from "../config/address-text.ts";
import { ConfigError, DataError, firstLineOf, StorageError } from "../errors.ts";
import { errorCode } from "../files/error-code.ts";

/** Who is asked for what, for messages. */
export interface Asked {
  /** The address without secrets. */
  readonly shown: string;
  readonly user: string;
  readonly database: string;
  readonly host: string;
  /** Such as "--raw". */
  readonly setting: string;
}

/** What is done before anything else; errors of the network mean more then. */
export const CONNECTING = "connecting";

/** `error` as one of this program's, where its cause is known; else as it is. `doing` is such as "reading the rows". */
export function explainTrouble(error: unknown, asked: Asked, doing: string): unknown {
  if (error instanceof ConfigError || error instanceof DataError || error instanceof StorageError) return error;
  const { shown, setting } = asked;
  const said = withoutSecrets(firstLineOf(error));
  const code = errorCode(error) ?? "";
  const refused = (words: string): ConfigError => new ConfigError(`${shown}: ${words}`);
  const unable = (words: string): StorageError => new StorageError(`${shown}: ${words}`, { cause: error });
  const unreached = doing === CONNECTING ? unreachedText(code, asked) : null;
  if (unreached !== null) return refused(unreached);
  switch (code) {
    case "28P01":
    case "28000":
      return refused(`PostgreSQL refuses user "${asked.user}" (${said}); ${LOGIN_REMEDY}; ${PASSWORD_SIGNS}`);
    case "3D000":
      return refused(`there is no database "${asked.database}"; end the address in ${setting} with another`);
    case "42501":
      return refused(`user "${asked.user}" may not do this (${said}); grant it, or take another user`);
    case "53100":
      return unable(`the server's disk is full (${said}); free some space there, and run the same command again`);
    case "53300":
      return unable(`the server takes no more connections (${said}); try again later`);
    case "55P03":
      return unable("other sessions hold the table, and it could not be had in time; run the same command again");
    case "57014":
      return unable(`the server stopped ${doing} (${said}); its statement_timeout may be raised for this user`);
    case "22021":
    case "22P05":
      return new DataError(`${shown}: a text that PostgreSQL cannot hold (${said})`);
    default:
  }
  if (/password must be a/.test(said)) {
    return refused(`PostgreSQL asks for a password; ${LOGIN_REMEDY}; ${PASSWORD_SIGNS}`);
  }
  if (/does not support SSL/.test(said)) {
    return refused("the server speaks no TLS, which sslmode asks for; set it up there, or take sslmode=disable");
  }
  if (isCertificateProblem(code, said)) {
    return refused(
      `its certificate is not trusted (${said}); sslrootcert=FILE names the authority, sslmode=require takes any`,
    );
  }
  if (LOST.test(said) || /^(ECONNRESET|EPIPE|ETIMEDOUT|57P0[1-5]|08...)$/.test(code)) {
    return unable(`the connection was lost while ${doing} (${said}); run the same command again`);
  }
  // Whatever else the server says of the statement, which is the user's in part.
  return /^[0-9A-Z]{5}$/.test(code) ? refused(`${doing} failed: ${said} (SQLSTATE ${code})`) : error;
}

function unreachedText(code: string, { host, setting }: Asked): string | null {
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `there is no server of the name "${host}" (${code}); mend the address in ${setting}`;
    case "ECONNREFUSED":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ENOENT":
      return `no PostgreSQL answers there (${code}); start it, or mend the address in ${setting}`;
    default:
      return null;
  }
}

const LOGIN_REMEDY = "give it in the address, as PGUSER and PGPASSWORD, or in PGPASSFILE";
const LOST = /Connection terminated|connection error|not queryable|timeout expired|establishing an SSL|TLS connection/i;

function isCertificateProblem(code: string, said: string): boolean {
  return /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code) || /certificate|altnames/i.test(said);
}
