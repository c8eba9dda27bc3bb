/** A connection to Redis that is told apart from what is not one, and whose troubles are told in words. */
import { Redis } from "ioredis";
import { addressText, PASSWORD_SIGNS, withoutSecrets } from "../config/address-text.ts";
import { ConfigError, messageOf, StorageError } from "../errors.ts";

export interface Connection {
  readonly redis: Redis;
  /** What a call has thrown, in words for who has given the address. */
  explain(error: unknown): unknown;
  close(): void;
}

export interface RedisOptions {
  /** Which names the address, such as "--queue". */
  readonly setting: string;
  /** Told when the connection is lost and when it is back. */
  readonly log: (line: string) => void;
  /** Calls wait for a server that is gone for so long; null for ever. */
  readonly patienceSeconds: number | null;
}

const PATIENCE_MILLISECONDS = 5000; // a server that is just being started again

/**
 * `url` has passed the setting. Throws ConfigError where nobody answers; later on, calls wait for a
 * server that is gone to come back.
 */
export async function connectToRedis(
  url: string,
  { setting, log, patienceSeconds }: RedisOptions,
): Promise<Connection> {
  const shown = addressText(url);
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    retryStrategy: (times) => Math.min(200 * times, 2000),
  });
  let problem = "";
  let isClosing = false;
  let isLost = false;
  let patience: NodeJS.Timeout | undefined;
  redis.on("error", (error: Error) => {
    problem = error.message;
  });
  redis.connect().catch(() => {}); // tried again by retryStrategy until it is ready or given up here
  if (!(await isReady(redis, PATIENCE_MILLISECONDS)) || /DB index/.test(problem)) {
    redis.disconnect();
    const { words, remedy } = reasonOf(problem, { usesTls: url.startsWith("rediss:"), setting });
    throw new ConfigError(`${shown}: ${words}; ${remedy}`);
  }
  redis.on("close", () => {
    if (!isLost && !isClosing) log(`${shown}: the connection to Redis is lost; waiting for it to come back`);
    isLost = true;
    if (patienceSeconds !== null && !isClosing) {
      patience ??= setTimeout(() => redis.disconnect(), patienceSeconds * 1000);
    }
  });
  redis.on("ready", () => {
    clearTimeout(patience);
    patience = undefined;
    if (isLost) log(`${shown}: connected again`);
    isLost = false;
  });
  return {
    redis,
    explain(error) {
      const isGone = patienceSeconds !== null && isLost && /Connection is closed/.test(messageOf(error));
      return isGone
        ? new StorageError(`${shown}: Redis was gone for ${patienceSeconds} s; run the same command again`)
        : explainRefusal(error, shown, setting);
    },
    close() {
      isClosing = true;
      clearTimeout(patience);
      redis.disconnect();
    },
  };
}

/** A refusal of the server in words; any other error as it is. */
function explainRefusal(error: unknown, shown: string, setting: string): unknown {
  const message = messageOf(error);
  if (/\bOOM\b/.test(message)) {
    return new StorageError(
      `${shown}: Redis is at its memory limit (maxmemory) and takes no more; raise it, or remove what else is in there`,
    );
  }
  if (/\bMISCONF\b/.test(message)) {
    return new StorageError(
      `${shown}: Redis cannot save to its disk and takes no more; see its log, and free some space`,
    );
  }
  if (/\bREADONLY\b/.test(message)) {
    return new StorageError(`${shown}: this Redis is a replica that takes nothing; give its primary to ${setting}`);
  }
  if (/\bNOPERM\b/.test(message)) {
    return new StorageError(`${shown}: the user in ${setting} may not do this (${withoutSecrets(message)})`);
  }
  if (/\b(MOVED|CROSSSLOT)\b/.test(message)) {
    return new ConfigError(`${shown}: this Redis is a part of a cluster, which is not written to; give a single one`);
  }
  return error;
}

const REFUSED_LOGIN = /WRONGPASS|NOAUTH|invalid password|without any password|NOPERM/i;

/** What a failed connection means to who has given the address. `problem` is the last error's message. */
function reasonOf(
  problem: string,
  { usesTls, setting }: { readonly usesTls: boolean; readonly setting: string },
): { readonly words: string; readonly remedy: string } {
  if (REFUSED_LOGIN.test(problem)) {
    return { words: "Redis asks for another user or password", remedy: `give them in ${setting}; ${PASSWORD_SIGNS}` };
  }
  if (/DB index/.test(problem)) {
    return { words: "Redis has no database of this number", remedy: "end the address with a lower one, or with none" };
  }
  if (usesTls && /^$|wrong version number|packet length|record layer|EPROTO|disconnected|ECONNRESET/i.test(problem)) {
    return { words: "what answers there speaks no TLS, or nothing at all", remedy: "try redis://, or another port" };
  }
  if (/certificate|self.signed|altnames|issuer/i.test(problem)) {
    return {
      words: `its certificate is not trusted (${problem})`,
      remedy: "NODE_EXTRA_CA_CERTS names a file of authorities",
    };
  }
  if (!usesTls && /^$|RESP type|Protocol error|ECONNRESET|Connection is closed/i.test(problem)) {
    return {
      words: "what answers there is no Redis, or one that expects TLS",
      remedy: "try rediss://, or another port",
    };
  }
  return {
    words: `no Redis answers there (${withoutSecrets(problem)})`,
    remedy: `start one, or give another ${setting}`,
  };
}

/** False where it is not ready in time, and as soon as it has said no. */
function isReady(redis: Redis, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isReady: boolean): void => {
      clearTimeout(timer);
      resolve(isReady);
    };
    const timer = setTimeout(end, milliseconds, false);
    redis.once("ready", () => end(true));
    redis.on("error", ({ message }: Error) => {
      if (REFUSED_LOGIN.test(message)) end(false);
    });
  });
}
