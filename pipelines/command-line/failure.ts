/**
 * What a failed command tells its user and its shell: one or a few lines and an exit status, a stack
 * only on request.
 */
import { withoutSecrets } from "../../src/config/address-text.ts";
import { ConfigError, DataError, EngineError, StorageError } from "../../src/errors.ts";
import { openFilesRemedy } from "../../src/files/open-files-limit.ts";
import { leftOutRemedy } from "../../src/left-out-packages.ts";
import { DivergenceError } from "../../src/training/divergence.ts";
import { packageVersion } from "../outside-world.ts";

export interface Failure {
  /** 2 wrong use or config, 3 bad data, 130 interrupted, 1 anything else. */
  readonly status: number;
  readonly text: string;
}

export function failureOf(error: unknown, options: { readonly debug: boolean }): Failure {
  const { status, text } = plainFailure(error);
  const stack = options.debug && isErrorLike(error) && error.stack !== undefined ? `\n${error.stack}` : "";
  return { status, text: withoutSecrets(`${text}${stack}`) };
}

function plainFailure(error: unknown): Failure {
  const remedy = openFilesRemedy(error) ?? leftOutRemedy(error, packageVersion);
  if (remedy !== null) return { status: 1, text: remedy };
  if (error instanceof ConfigError) return { status: 2, text: severalLines(error.message) };
  if (error instanceof DataError) return { status: 3, text: severalLines(error.message) };
  if (error instanceof EngineError || error instanceof DivergenceError || error instanceof StorageError) {
    return { status: 1, text: severalLines(error.message) };
  }
  if (!isErrorLike(error)) return { status: 1, text: String(error) };
  if (error.name === "AbortError") return { status: 130, text: "interrupted" };
  if (isSystemError(error)) return { status: 1, text: `${error.message}${remedyFor(error.code)}` };
  return { status: 1, text: `unexpected ${error.name}: ${error.message} (--debug shows where it arose)` };
}

/** By shape, not by class: system errors and aborts may come from another realm than ours. */
function isErrorLike(error: unknown): error is Error {
  return typeof error === "object" && error !== null && "message" in error && "name" in error;
}

function severalLines(message: string): string {
  return message.includes("\n") ? `\n  ${message.replaceAll("\n", "\n  ")}` : message;
}

function isSystemError(error: Error): error is Error & { readonly code: string } {
  return "code" in error && typeof error.code === "string" && "syscall" in error;
}

function remedyFor(code: string): string {
  switch (code) {
    case "ENOSPC":
      return "; free some space, or put the results elsewhere with --data-root or --models-root";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "; change the permission, or put the results elsewhere with --data-root or --models-root";
    default:
      return "";
  }
}
