/** Every setting of `worker` and of `jobs`, once: type, default, unit, range and meaning. */
import { z } from "zod";
import { neededQueue, queueName } from "../queue-settings.ts";
import { setting } from "../setting.ts";
import { threads } from "../shared-settings.ts";

export const workerSchema = z.object({
  queue: neededQueue,
  queueName,
  threads,
  cache: setting(z.string().min(1).default("cache"), {
    flag: "cache",
    heading: "Worker",
    names: "folder",
    meaning:
      "Folder for copies of what score --store hands out; grows with every run and dataset, and may be removed while no worker runs",
  }),
  root: setting(z.array(z.string().min(1)).min(1).default(["."]), {
    flag: "root",
    meaning:
      "Folders, such as /data,/models, that jobs may name: what lies elsewhere is neither read nor written for them",
  }),
  lockSeconds: setting(z.int().min(1).max(3600).default(30), {
    flag: "lock-seconds",
    meaning: "A worker not heard of for so long is taken for lost, and its job is given to another",
    unit: "seconds",
  }),
  mostStalls: setting(z.int().min(0).default(20), {
    flag: "most-stalls",
    meaning: "A job that outlived more lost workers than this fails: it may be what kills them",
    unit: "workers",
  }),
  untilEmpty: setting(z.boolean().default(false), {
    flag: "until-empty",
    meaning: "End when no job is waiting or under way, in place of waiting for more",
  }),
});

export const jobsSchema = z.object({
  queue: neededQueue,
  queueName,
  most: setting(z.int().min(1).default(20), {
    flag: "most",
    heading: "Queue",
    meaning: "Jobs of each state to show",
    unit: "jobs",
  }),
});
