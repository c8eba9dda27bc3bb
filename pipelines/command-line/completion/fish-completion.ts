/** Completion for fish: piped to source, or as ~/.config/fish/completions/lawn-ranker.fish. */
import type { CommandWords, ValueWords } from "./completion-words.ts";

export function fishCompletion(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, summary, flags, argument }) => {
    const within = `complete -c lawn-ranker -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c lawn-ranker -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      ...(argument === null ? [] : [`${within} ${argumentOf(argument)}`]),
      ...flags.map(({ flag, meaning, value }) => {
        const about = value === null ? "" : ` ${flagValueOf(value)}`;
        return `${within} -l ${flag.slice(2)}${about} -d ${quoted(meaning)}`;
      }),
    ];
  });
  return `# fish completion of lawn-ranker: lawn-ranker completion fish | source\ncomplete -c lawn-ranker -f\n${lines.join("\n")}\n`;
}

function argumentOf(value: ValueWords): string {
  switch (value.kind) {
    case "file":
      return "-F";
    case "folder":
      return "-a '(__fish_complete_directories)'";
    case "other":
      return "-f";
    case "names":
      return `-a ${quoted(value.names.join(" "))}`;
    default:
      return value satisfies never;
  }
}

function flagValueOf(value: ValueWords): string {
  if (value.kind === "file") return "-r -F";
  if (value.kind !== "names" || !value.isList) return `-x ${argumentOf(value)}`.replace(" -f", "");
  return `-x -a ${quoted(`(__fish_append , ${value.names.join(" ")})`)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}
