/** Settings of the stages that meet at a queue: score, compare, worker and jobs. */
import { z } from "zod";
import { addressText } from "./address-text.ts";
import { setting } from "./setting.ts";

const expects = "a URL of Redis, such as redis://host:6379";

const redisUrl = z.string().superRefine((text, context) => {
  const problem = problemOf(text);
  if (problem !== null) context.addIssue({ code: "custom", message: `${problem}; expected ${expects}` });
});

function problemOf(text: string): string | null {
  if (!/^rediss?:\/\/./i.test(text)) return "it does not begin with redis:// or rediss://";
  const port = /:(\d+)(?=[/?#]|$)/.exec(text.slice(text.lastIndexOf("@") + 1))?.[1];
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) {
    return `its port is ${port}, which is none from 1 to 65535`;
  }
  // What cannot be shown without a secret cannot be told apart by Redis's client either.
  if (!URL.canParse(text) || addressText(text).endsWith("...") || !isEncoded(text)) {
    return "its parts cannot be told apart; in a password, / ? # @ % are %2F %3F %23 %40 %25";
  }
  return new URL(text).hostname === "" ? "it names no host" : null;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Of stages that hand their work to a queue where one is given. */
export const queue = setting(redisUrl.nullable().default(null), {
  flag: "queue",
  heading: "Several machines",
  names: "url",
  expects: `${expects}, or none`,
  meaning: "Redis whose workers (lawn-ranker worker) share the work; this process plans it, watches and finishes",
});

/** Of stages that are nothing without one. */
export const neededQueue = setting(redisUrl, {
  flag: "queue",
  heading: "Queue",
  names: "url",
  expects,
  meaning: "Redis with the queue",
});

export const queueName = setting(
  z
    .string()
    .regex(/^[\w.-]+$/)
    .default("lawn-ranker"),
  {
    flag: "queue-name",
    expects: "letters, digits, dots and dashes",
    meaning: "Name of the queue; workers take jobs of their own name alone",
  },
);

export const attempts = setting(z.int().min(1).default(3), {
  flag: "attempts",
  meaning: "Times a job of the queue is begun before its failure is final",
  unit: "attempts",
});
