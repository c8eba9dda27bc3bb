/**
 * LAWN as a tf.Optimizer over any tf.Optimizer, for any TensorFlow.js model. The base is a black box: it is given
 * tangent gradients, the step it takes is projected too, and the weight is brought back to the norm it had at the
 * switch. Unlike the engines' LAWN (optimizer/lawn.ts) it cannot reach the base's own moments. Importing this
 * file loads TensorFlow.js, by an import that bundlers for browsers follow.
 */

import type { NamedTensorMap, Rank, serialization, Tensor, Tensor1D, Variable } from "@tensorflow/tfjs-core";
import * as core from "@tensorflow/tfjs-core";
import { ConfigError } from "../../errors.ts";
import { constrainedNames, type Selection } from "./constrained-variables.ts";
import { variableSpheres } from "./variable-spheres.ts";

/** In Node the package is CommonJS, and what it exports is on the default; in a bundle there is none. */
const tf = (Reflect.get(core, "default") ?? core) as typeof core;

type BaseOptimizer = InstanceType<typeof tf.Optimizer>;

type NamedTensor = Awaited<ReturnType<BaseOptimizer["saveIterations"]>>;

/** As the engines have it: gradient and step, gradient alone, or neither. */
export type StepProjection = "both" | "gradient" | "none";

export interface LawnSettings {
  /** Steps that are the base's alone. */
  readonly freeSteps: number;
  readonly project: StepProjection;
  readonly selection: Selection;
}

const STEP = "lawn/step";
const TARGETS = "lawn/targets";

export class LawnOptimizer extends tf.Optimizer {
  static get className(): string {
    return "LawnOptimizer";
  }

  readonly base: BaseOptimizer;
  readonly settings: LawnSettings;
  readonly #spheres = variableSpheres(tf);
  /** Names of the constrained variables, once a step has shown what is trained. */
  #constrained: readonly string[] | null = null;
  /** [constrained] norms held since the switch; null before. */
  #targets: Tensor1D | null = null;

  constructor(base: BaseOptimizer, settings: LawnSettings) {
    super();
    this.base = base;
    this.settings = settings;
  }

  override applyGradients(variableGradients: NamedTensorMap | NamedTensor[]): void {
    const gradients = Array.isArray(variableGradients)
      ? variableGradients
      : Object.entries(variableGradients).map(([name, tensor]) => ({ name, tensor }));
    this.#constrained ??= constrainedNames(
      this.settings.selection,
      gradients.map(({ name }) => ({ name, shape: variableOf(name).shape })),
    );
    if (this.iterations < this.settings.freeSteps) this.base.applyGradients(variableGradients);
    else this.#constrainedStep(gradients, this.#constrained);
    this.incrementIterations();
  }

  #constrainedStep(gradients: readonly NamedTensor[], constrained: readonly string[]): void {
    this.#targets ??= this.#spheres.norms(constrained.map(variableOf));
    const targets = this.#targets;
    const { project } = this.settings;
    tf.tidy(() => {
      const before = new Map(constrained.map((name) => [name, tf.clone<Tensor>(variableOf(name))]));
      const tangents = gradients.map(({ name, tensor }) => {
        const from = before.get(name);
        const isLeft = from === undefined || project === "none" || tensor === null;
        return { name, tensor: isLeft ? tensor : this.#spheres.tangent(from, tensor) };
      });
      this.base.applyGradients(tangents);
      for (const [index, name] of constrained.entries()) {
        const from = before.get(name)!;
        const weight = variableOf(name);
        const to = project === "both" ? tf.sub(from, this.#spheres.tangent(from, tf.sub(from, weight))) : weight;
        weight.assign(this.#spheres.retract({ from, to, radius: tf.slice1d(targets, index, 1) }));
      }
    });
  }

  /** The base's state, then the steps done and the norms held (0 before the switch). */
  override async getWeights(): Promise<NamedTensor[]> {
    const targets = this.#targets ?? tf.zeros<Rank.R1>([this.#names().length]);
    return [
      ...(await this.base.getWeights()),
      { name: STEP, tensor: tf.scalar(this.iterations, "int32") },
      { name: TARGETS, tensor: tf.clone(targets) },
    ];
  }

  /** Copies. Throws ConfigError unless they are what `getWeights` gives for as many constrained variables. */
  override async setWeights(weightValues: NamedTensor[]): Promise<void> {
    const step = weightValues.find(({ name }) => name === STEP)?.tensor;
    const targets = weightValues.find(({ name }) => name === TARGETS)?.tensor;
    if (step === undefined || targets === undefined) {
      throw new ConfigError(`lawn: state has no ${step === undefined ? STEP : TARGETS}; it is of another optimizer`);
    }
    const { selection } = this.settings;
    if (selection.kind === "names" && selection.names.length !== targets.size) {
      throw new ConfigError(`lawn: state holds ${targets.size} norms, expected ${selection.names.length}`);
    }
    await this.base.setWeights(weightValues.filter(({ name }) => name !== STEP && name !== TARGETS));
    const [done = 0] = await step.data();
    this.iterations_ = done;
    this.#targets?.dispose();
    this.#targets = done > this.settings.freeSteps ? tf.keep(tf.clone(targets as Tensor1D)) : null;
  }

  override getConfig(): serialization.ConfigDict {
    const { freeSteps, project } = this.settings;
    return {
      base: { className: this.base.getClassName(), config: this.base.getConfig() },
      freeSteps,
      project,
      // As objects with a name: saving a model rewrites other strings to snake case.
      constrained: this.#names().map((name) => ({ name })),
    };
  }

  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const { base, freeSteps, project, constrained } = config as unknown as LawnConfigDict;
    const registered = tf.serialization.SerializationMap.getMap().classNameMap[base.className];
    if (registered === undefined) {
      throw new ConfigError(
        `lawn: optimizer class ${base.className} is not registered; tf.serialization.registerClass it`,
      );
    }
    const [baseClass, baseFromConfig] = registered;
    const selection: Selection = { kind: "names", names: constrained.map(({ name }) => name) };
    const construct = cls as new (base: unknown, settings: LawnSettings) => T; // this very constructor
    return new construct(baseFromConfig(baseClass, base.config), { freeSteps, project, selection });
  }

  override dispose(): void {
    this.base.dispose();
    this.#targets?.dispose();
    this.#targets = null;
  }

  #names(): readonly string[] {
    if (this.#constrained !== null) return this.#constrained;
    const { selection } = this.settings;
    if (selection.kind === "names") return selection.names;
    throw new ConfigError("lawn: what constrain chooses is known after the first step; save the optimizer then");
  }
}

tf.serialization.registerClass(LawnOptimizer as never); // its constructor takes no config: fromConfig does that

/** What `getConfig` writes. */
interface LawnConfigDict {
  readonly base: { readonly className: string; readonly config: serialization.ConfigDict };
  readonly freeSteps: number;
  readonly project: StepProjection;
  readonly constrained: readonly { readonly name: string }[];
}

function variableOf(name: string): Variable {
  const variable = tf.engine().registeredVariables[name];
  if (variable === undefined) throw new ConfigError(`lawn: ${name} is not a variable that TensorFlow.js knows`);
  return variable;
}
