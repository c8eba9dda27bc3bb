/** Which shard this process is to do: as --shard says, or as the scheduler that started it does. */
import { ConfigError } from "../../src/errors.ts";
import { parseShard, type Shard } from "../../src/scoring/shard.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Throws ConfigError for a shard beyond its count, and where --shard env finds no scheduler, or one
 * that does not say how many.
 */
export function chooseShard(text: string, variables: Variables): Shard {
  if (text !== "env") {
    const shard = parseShard(text);
    if (shard !== null) return shard;
    throw new ConfigError(`--shard is "${text}", expected i/N with i from 0 to N - 1, such as 0/8 to 7/8`);
  }
  const found = schedulers.filter(({ index }) => variables[index] !== undefined);
  const [scheduler, other] = found;
  if (scheduler === undefined) {
    throw new ConfigError(
      "--shard env: neither JOB_COMPLETION_INDEX (Kubernetes Indexed Job) nor SLURM_ARRAY_TASK_ID (Slurm array) is set; give --shard i/N",
    );
  }
  if (other !== undefined) {
    throw new ConfigError(`--shard env: both ${scheduler.index} and ${other.index} are set; give --shard i/N`);
  }
  const index =
    wholeOf(scheduler.index, variables) - (scheduler.first === null ? 0 : wholeOf(scheduler.first, variables));
  const of = wholeOf(scheduler.count, variables, scheduler.remedy);
  const step =
    scheduler.step === null || variables[scheduler.step] === undefined ? 1 : wholeOf(scheduler.step, variables);
  if (step !== 1)
    throw new ConfigError(`--shard env: ${scheduler.step} is ${step}, expected 1; submit with --array=0-${of - 1}`);
  if (index < 0 || index >= of) {
    throw new ConfigError(`--shard env: ${scheduler.index} gives shard ${index} of ${of}, expected 0 to ${of - 1}`);
  }
  return { index, of };
}

/** A warning where a scheduler has given this process an index that nobody reads; null elsewhere. */
export function unreadIndex(variables: Variables): string | null {
  const scheduler = schedulers.find(({ index }) => variables[index] !== undefined);
  if (scheduler === undefined) return null;
  return `${scheduler.index} is set, but every user is scored here; --shard env would take the shard from it`;
}

const schedulers = [
  {
    index: "JOB_COMPLETION_INDEX",
    first: null,
    count: "JOB_COMPLETIONS",
    step: null,
    remedy: "Kubernetes does not set it: add it to the container's env with the value of spec.completions",
  },
  {
    index: "SLURM_ARRAY_TASK_ID",
    first: "SLURM_ARRAY_TASK_MIN",
    count: "SLURM_ARRAY_TASK_COUNT",
    step: "SLURM_ARRAY_TASK_STEP",
    remedy: "submit with --array=0-N",
  },
] as const;

function wholeOf(name: string, variables: Variables, remedy = ""): number {
  const text = variables[name];
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text);
  const found = text === undefined ? "not set" : `"${text}", expected a whole number`;
  throw new ConfigError(`--shard env: ${name} is ${found}${remedy === "" ? "" : `; ${remedy}`}`);
}
