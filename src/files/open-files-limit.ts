/** Too few open files allowed: a limit of the shell or the system that shows in many places, told in one way. */
import { errorCode } from "./error-code.ts";

/** What to do, where `error` comes of it; null otherwise. Libraries have the code in their message alone. */
export function openFilesRemedy(error: unknown): string | null {
  const code = errorCode(error);
  const message = typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
  const isOfLimit =
    code === "EMFILE" || code === "ENFILE" || /\bEMFILE\b|\bENFILE\b|too many open files/i.test(message);
  return isOfLimit ? "no more files may be open at once; raise the limit and try again: ulimit -n 4096" : null;
}
