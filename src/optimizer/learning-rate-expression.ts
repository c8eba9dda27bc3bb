/**
 * Learning rates as a formula of the step, read by mathjs: "0.002 * min(1, step / 500)", "0.01 * 0.9 ^ (epoch - 1)".
 *
 * Names: `step` and `epoch`, the step about to be taken and its epoch, both from 1; `steps` and `epochs`, their last
 * values; pi and e. Everything else that mathjs can do (assignments, its own functions for parsing or importing,
 * strings, matrices) is refused when the expression is compiled: only the node types and names listed here pass.
 */
import { createRequire } from "node:module";
import type { MathNode, SymbolNode } from "mathjs";
import { ConfigError, messageOf } from "../errors.ts";

/** The length of the run. */
export interface RateHorizon {
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}

const variables = ["step", "epoch", "steps", "epochs"];
const constants = ["pi", "e"];
const functions = ["min", "max", "abs", "sqrt", "exp", "log", "pow", "floor", "ceil", "round", "sin", "cos", "tanh"];
const operators = ["+", "-", "*", "/", "^", "%", "<", ">", "<=", ">=", "==", "!=", "and", "or", "not"];

/**
 * The expression is tried at every step of a run, or at this many evenly spread steps of a longer
 * one: a tenth of a second.
 */
const MOST_TRIED_STEPS = 10_000;

/** The rate of step `step`, from 0. Tries the run's steps at once; ConfigError names expression and position. */
export function compileRateExpression(expression: string, horizon: RateHorizon): (step: number) => number {
  const tree = parseExpression(expression);
  checkNodes(tree, expression);
  const compiled = tree.compile();

  const rateOf = (step: number): number => {
    const epoch = Math.floor(step / horizon.stepsPerEpoch) + 1;
    const rate = evaluate(() =>
      compiled.evaluate({ step: step + 1, epoch, steps: horizon.steps, epochs: horizon.epochs }),
    );
    if (typeof rate !== "number" || !Number.isFinite(rate) || rate < 0) {
      throw refusal(expression, `gives ${String(rate)} at step ${step + 1}, expected a finite number of at least 0`);
    }
    return rate;
  };
  const evaluate = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      throw refusal(expression, `cannot be computed: ${messageOf(error)}`);
    }
  };
  // Better refused now than hours into the run. First and last step are always among those tried.
  const trials = Math.max(1, Math.min(horizon.steps, MOST_TRIED_STEPS));
  const spacing = trials === 1 ? 0 : (horizon.steps - 1) / (trials - 1);
  for (let trial = 0; trial < trials; trial++) rateOf(Math.round(trial * spacing));
  return rateOf;
}

function parseExpression(expression: string): MathNode {
  try {
    return loadParser()(expression);
  } catch (error) {
    throw refusal(expression, `cannot be read: ${messageOf(error)}`);
  }
}

/**
 * mathjs takes a third of a second to load, so it is loaded when the first expression comes, and in its number-only
 * build. `require` rather than `import()` keeps compiling a schedule synchronous.
 */
function loadParser(): (expression: string) => MathNode {
  const mathjs: typeof import("mathjs") = createRequire(import.meta.url)("mathjs/number");
  return mathjs.parse;
}

function checkNodes(node: MathNode, expression: string): void {
  switch (node.type) {
    case "ConstantNode":
      if ("value" in node && typeof node.value === "number") return;
      throw refusal(
        expression,
        expression.trim() === "" ? "is empty" : `has ${node.toString()}, expected numbers only`,
      );
    case "SymbolNode":
      checkName(nameOf(node), [...variables, ...constants], expression);
      return;
    case "FunctionNode":
      checkName(functionName(node, expression), functions, expression);
      break;
    case "OperatorNode":
      checkName(String("op" in node ? node.op : ""), operators, expression);
      break;
    case "ParenthesisNode":
    case "ConditionalNode":
    case "RelationalNode":
      break;
    default:
      throw refusal(
        expression,
        `has "${node.toString()}", which is not allowed; use ${operators.slice(0, 6).join(" ")} ( ) ?: and functions`,
      );
  }
  node.forEach((child, path) => {
    if (path !== "fn") checkNodes(child, expression);
  });
}

function functionName(node: MathNode, expression: string): string {
  if ("fn" in node && isSymbol(node.fn)) return nameOf(node.fn);
  throw refusal(expression, `calls "${node.toString()}", expected a function by its name`);
}

function isSymbol(node: unknown): node is SymbolNode {
  return typeof node === "object" && node !== null && "type" in node && node.type === "SymbolNode";
}

function nameOf(node: MathNode): string {
  return isSymbol(node) ? node.name : "";
}

function checkName(name: string, known: readonly string[], expression: string): void {
  if (known.includes(name)) return;
  // Whole words: the "p" of "step * p" stands at its end.
  const position = expression.search(/^\w+$/.test(name) ? new RegExp(`\\b${name}\\b`) : escaped(name)) + 1;
  throw refusal(expression, `has "${name}" at character ${position}, expected one of ${known.join(" ")}`);
}

function escaped(text: string): RegExp {
  return new RegExp(text.replace(/[^\w]/g, "\\$&"));
}

function refusal(expression: string, problem: string): ConfigError {
  return new ConfigError(`learning rate "${expression}" ${problem}`);
}
