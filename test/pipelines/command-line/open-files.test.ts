/** A shell that allows few open files: one line that says so, from wherever in the program it shows. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { failureOf } from "../../../pipelines/command-line/failure.ts";
import { compiledProgram } from "../../support/stages/compiled-program.ts";

const LINE = "no more files may be open at once; raise the limit and try again: ulimit -n 4096";

describe("too few open files", () => {
  it.each([24, 64])(
    "ulimit -n %d gives one clear line",
    async (limit) => {
      const command = `ulimit -n ${limit}; exec "${process.execPath}" "${await compiledProgram()}" jobs --queue redis://h`;
      const failed = await promisify(execFile)("sh", ["-c", command]).catch((error: unknown) => error);
      // Whether the command's name is known by then depends on how many files are open when it is loaded.
      const stderr = expect.stringMatching(new RegExp(`^lawn-ranker( jobs)?: ${LINE}\\n$`));
      expect(failed).toMatchObject({ code: 1, stdout: "", stderr });
    },
    120_000,
  );

  it("are told so by libraries' errors too", () => {
    for (const error of [
      Object.assign(new Error("EMFILE: too many open files, open 'x'"), { code: "EMFILE", syscall: "open" }),
      new Error('IO Error: Cannot open file "x": Too many open files'),
      Object.assign(new Error("spawn git ENFILE"), { code: "ENFILE" }),
    ]) {
      expect(failureOf(error, { debug: false })).toEqual({ status: 1, text: LINE });
    }
  });
});
