/** Settings of the stages that meet at a queue: score, compare, worker and jobs. */
import { z } from "zod";
import { redisAddressProblem } from "./addresses/redis-address.ts";
import { setting } from "./setting.ts";

const expects = "a URL of Redis, such as redis://host:6379";

const redisUrl = z.string().superRefine((text, context) => {
  const problem = redisAddressProblem(text);
  if (problem !== null) context.addIssue({ code: "custom", message: `${problem}; expected ${expects}` });
});

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
