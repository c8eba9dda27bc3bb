/** The ready manifests: what can be known of them without a cluster. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import yaml from "js-yaml";
import { z } from "zod";
import { gateSchema } from "../src/config/schemas/gate-schema.ts";
import { ingestSchema } from "../src/config/schemas/ingest/ingest-schema.ts";
import { scoreSchema } from "../src/config/schemas/score-schema.ts";
import { trainSchema } from "../src/config/schemas/train-schema.ts";
import { workerSchema } from "../src/config/schemas/worker-schema.ts";
import { settingsOf, settingTree } from "../src/config/setting-tree.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (name: string): string => readFileSync(path.join(root, "docs/deploy", name), "utf8");

/** The parts of the Kubernetes API that the manifests use, strictly: a misspelt key is refused. */
const mount = z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() });
const pod = z.strictObject({
  restartPolicy: z.enum(["Never", "OnFailure"]).optional(),
  terminationGracePeriodSeconds: z.int().optional(),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().min(1),
    fsGroup: z.int().min(1),
  }),
  containers: z.tuple([
    z.strictObject({
      name: z.string(),
      image: z.string(),
      command: z.array(z.string()).optional(),
      args: z.array(z.string()),
      env: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
      envFrom: z.array(z.strictObject({ secretRef: z.strictObject({ name: z.string() }) })).optional(),
      resources: z.strictObject({
        requests: z.strictObject({ cpu: z.string(), memory: z.string() }),
        limits: z.strictObject({ memory: z.string() }),
      }),
      securityContext: z.strictObject({
        allowPrivilegeEscalation: z.literal(false),
        readOnlyRootFilesystem: z.literal(true),
      }),
      volumeMounts: z.array(mount),
    }),
  ]),
  volumes: z.array(
    z.union([
      z.strictObject({
        name: z.string(),
        persistentVolumeClaim: z.strictObject({ claimName: z.string(), readOnly: z.boolean().optional() }),
      }),
      z.strictObject({ name: z.string(), emptyDir: z.strictObject({ sizeLimit: z.string() }) }),
    ]),
  ),
});
const job = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("Job"),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    completionMode: z.literal("Indexed"),
    completions: z.int().min(1),
    parallelism: z.int().min(1),
    backoffLimitPerIndex: z.int(),
    maxFailedIndexes: z.int(),
    template: z.strictObject({ spec: pod }),
  }),
});
const cronJob = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("CronJob"),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    schedule: z.string().regex(/^(\S+ ){4}\S+$/),
    timeZone: z.literal("Etc/UTC"),
    concurrencyPolicy: z.literal("Forbid"),
    startingDeadlineSeconds: z.int().min(10),
    jobTemplate: z.strictObject({
      spec: z.strictObject({ backoffLimit: z.int().min(1), template: z.strictObject({ spec: pod }) }),
    }),
  }),
});
const replica = z.strictObject({ replicas: z.int().min(1), template: z.strictObject({ spec: pod }) });
/** Of the Kubeflow MPI operator. */
const mpiJob = z.strictObject({
  apiVersion: z.literal("kubeflow.org/v2beta1"),
  kind: z.literal("MPIJob"),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    slotsPerWorker: z.int().min(1),
    sshAuthMountPath: z.string(),
    runPolicy: z.strictObject({ cleanPodPolicy: z.literal("Running"), backoffLimit: z.int().min(1) }),
    mpiReplicaSpecs: z.strictObject({ Launcher: replica, Worker: replica }),
  }),
});
const labels = z.strictObject({ app: z.string() });
const deployment = z.strictObject({
  apiVersion: z.literal("apps/v1"),
  kind: z.literal("Deployment"),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    replicas: z.int().min(1),
    selector: z.strictObject({ matchLabels: labels }),
    template: z.strictObject({ metadata: z.strictObject({ labels }), spec: pod }),
  }),
});

function expectKnownFlags(args: readonly string[], schema: z.ZodType): void {
  const known = settingsOf(settingTree(schema)).map(({ flag }) => `--${flag}`);
  expect(args.filter((arg) => arg.startsWith("--") && !known.includes(arg))).toEqual([]);
}

describe("the Kubernetes manifests", () => {
  it("score one shard a pod, and say how many there are", () => {
    const { spec } = job.parse(yaml.load(read("kubernetes-score-job.yaml")));
    const [container] = spec.template.spec.containers;
    expect(container.env).toEqual([{ name: "JOB_COMPLETIONS", value: String(spec.completions) }]);
    expect(container.args[0]).toBe("score");
    expectKnownFlags(container.args, scoreSchema);
    expectMountsHaveVolumes(spec.template.spec);
  });

  it.each(["kubernetes-workers.yaml", "kubernetes-workers-store.yaml"])("run workers of a queue: %s", (file) => {
    const { spec } = deployment.parse(yaml.load(read(file)));
    const [container] = spec.template.spec.containers;
    expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
    expect(container.args[0]).toBe("worker");
    expectKnownFlags(container.args, workerSchema);
    expectMountsHaveVolumes(spec.template.spec);
  });
});

describe("the nightly CronJob", () => {
  it("runs the script that the package brings, with what the script asks for", () => {
    const { spec } = cronJob.parse(yaml.load(read("kubernetes-nightly.yaml")));
    const [container] = spec.jobTemplate.spec.template.spec.containers;
    const script = readFileSync(path.join(root, "docs/examples/nightly.sh"), "utf8");
    expect(container.command).toEqual(["bash", "/app/node_modules/lawn-ranker/docs/examples/nightly.sh"]);
    expect(container.image).toBe(`lawn-ranker:${readPackage().version}`);
    const asked = [...script.matchAll(/^: "\$\{(\w+):\?/gm)].map(([, name]) => name);
    const fromSecret = ["LISTS"]; // with its password
    expect(asked.filter((name) => !container.env?.some((given) => given.name === name))).toEqual(fromSecret);
    expectKnownFlags(container.args, trainSchema);
    expectMountsHaveVolumes(spec.jobTemplate.spec.template.spec);
  });
});

describe("the nightly script", () => {
  const script = path.join(root, "docs/examples/nightly.sh");
  const text = readFileSync(script, "utf8");

  it("says what is not set, and ends where a step fails", () => {
    const bare = { PATH: process.env.PATH, HOME: "/nowhere" };
    const { status, stderr } = spawnSync("bash", [script], { encoding: "utf8", env: bare });
    expect([status, stderr]).toEqual([1, expect.stringContaining("FOLDER: where the dataset, the runs")]);
    const env = { ...bare, FOLDER: "/none", ORDERS: "x", LISTS: "y" };
    const failing = spawnSync("bash", ["-c", `lawn-ranker() { return 3; }; . "${script}"`], { encoding: "utf8", env });
    expect([failing.status, failing.stderr]).toEqual([3, "== ingest\n"]);
  });

  it("calls stages with flags that they have", () => {
    const commands = [...text.matchAll(/^ *lawn-ranker (\w+) (.*)$/gm)];
    expect(commands.map(([, name]) => name)).toEqual(["ingest", "train", "gate", "score"]);
    const schemas = [ingestSchema, trainSchema, gateSchema, scoreSchema];
    const roots = /^roots=\((.*)\)$/m.exec(text)![1]!;
    for (const [at, [, , flags]] of commands.entries()) {
      const words = `${flags} ${flags!.includes("roots") ? roots : ""}`.replaceAll(/["${}()]/g, " ").split(/\s+/);
      expectKnownFlags(words, schemas[at]!);
    }
  });

  it("has nothing that shellcheck minds", () => {
    const { status, stdout, error } = spawnSync("shellcheck", [script], { encoding: "utf8" });
    if (error !== undefined) return console.warn("skipped: shellcheck is not installed");
    expect([status, stdout]).toEqual([0, ""]);
  });
});

describe("the MPIJob", () => {
  const { spec } = mpiJob.parse(yaml.load(read("kubernetes-train-mpi.yaml")));
  const { Launcher: launcher, Worker: worker } = spec.mpiReplicaSpecs;
  const command = launcher.template.spec.containers[0].args[0]!;

  it("trains with as many ranks as there are workers, with flags that train has", () => {
    expect(command).toContain(`mpirun -n ${worker.replicas * spec.slotsPerWorker} `);
    expect(command).toContain("/app/lawn-ranker train --distributed mpi ");
    expectKnownFlags(command.slice(command.indexOf("--distributed")).split(/[\s)]+/), trainSchema);
    expect(worker.template.spec.containers[0].resources.requests.cpu).toBe(/--threads (\d+)/.exec(command)![1]);
  });

  it("mounts what it names, in both kinds of pods", () => {
    for (const { template } of [launcher, worker]) expectMountsHaveVolumes(template.spec);
  });
});

function expectMountsHaveVolumes({ containers: [container], volumes }: z.output<typeof pod>): void {
  const names = volumes.map(({ name }) => name);
  expect(container.volumeMounts.map(({ name }) => name)).toEqual(names);
}

describe.each([
  ["slurm-score.sh", "use: sbatch --array=0-N"],
  ["slurm-train.sh", "use: sbatch --nodes=N"],
])("the Slurm script %s", (file, use) => {
  const script = path.join(root, "docs/deploy", file);

  it("is a shell script that says how it is used", () => {
    expect(spawnSync("bash", ["-n", script]).status).toBe(0);
    const { status, stderr } = spawnSync("bash", [script], { encoding: "utf8" });
    expect([status, stderr]).toEqual([2, expect.stringContaining(use)]);
  });

  it("has nothing that shellcheck minds", () => {
    const { status, stdout, error } = spawnSync("shellcheck", [script], { encoding: "utf8" });
    if (error !== undefined) return console.warn("skipped: shellcheck is not installed");
    expect([status, stdout]).toEqual([0, ""]);
  });
});

describe("the Dockerfile", () => {
  const lines = read("Dockerfile").split("\n");

  it("builds in one stage and runs in another, not as root", () => {
    expect(lines.filter((line) => line.startsWith("FROM "))).toHaveLength(2);
    expect(lines.lastIndexOf("USER 1000:1000")).toBeGreaterThan(
      lines.findLastIndex((line) => line.startsWith("FROM ")),
    );
  });

  it("copies packed packages alone, and runs the command of the one of this version", () => {
    expect(lines.filter((line) => /^COPY (?!--from)/.test(line))).toEqual(["COPY dist-packages /packages"]);
    expect(read("Dockerfile.dockerignore").split("\n").slice(1)).toEqual(["*", "!dist-packages", ""]);
    const { version, bin } = readPackage();
    expect(lines.join("\n")).toContain(`lawn-ranker:${version}`);
    expect(lines).toContain(`ENTRYPOINT ["node", "/app/node_modules/lawn-ranker/${bin["lawn-ranker"]}"]`);
  });

  it("brings what a queue and databases need, in the versions that are tested here", () => {
    const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
    for (const name of ["bullmq", "ioredis", "pg", "pg-copy-streams"])
      expect(lines.join("\n")).toContain(` ${name}@${lock.packages[`node_modules/${name}`].version}`);
  });

  it("has nothing that hadolint minds", () => {
    const file = path.join(root, "docs/deploy/Dockerfile");
    const { status, stdout, error } = spawnSync("hadolint", ["--no-color", file], { encoding: "utf8" });
    if (error !== undefined) return console.warn("skipped: hadolint is not installed");
    expect([status, stdout]).toEqual([0, ""]);
  });
});

function readPackage(): { readonly version: string; readonly bin: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
}
