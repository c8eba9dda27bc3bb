/** Settings of the stages that meet at a queue: score, compare, worker and jobs. */
import { z } from "zod";
import { setting } from "./setting.ts";

const redisUrl = z.string().regex(/^rediss?:\/\/.+/);
const expects = "a URL of Redis, such as redis://host:6379";

/** Of stages that hand their work to a queue where one is given. */
export const queue = setting(redisUrl.nullable().default(null), {
  flag: "queue",
  expects: `${expects}, or none`,
  meaning: "Redis whose workers (lawn-ranker worker) share the work; this process plans it, watches and finishes",
});

/** Of stages that are nothing without one. */
export const neededQueue = setting(redisUrl, { flag: "queue", expects, meaning: "Redis with the queue" });

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
