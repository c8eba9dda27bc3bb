/** Completion for bash, also of version 3.2 as macOS has it. */
import type { CommandWords, ValueWords } from "./completion-words.ts";

export function bashCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  return `# bash completion of lawn-ranker: source <(lawn-ranker completion bash)
_lawn_ranker() {
  local IFS=$' \\t\\n' word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} help --version --help" -- "$word"))
    return
  fi
  if [ "$command" = help ]; then
    COMPREPLY=($(compgen -W "${names}" -- "$word"))
    return
  fi
  case "$command $before" in
${commands.flatMap(valuesOf).join("\n")}
  esac
  case "$command" in
${commands.map(flagsOf).join("\n")}
  esac
}
_lawn_ranker_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$word"))
}
_lawn_ranker_list() {
  local done=""
  case "$word" in *,*) done="\${word%,*}," ;; esac
  COMPREPLY=($(compgen -P "$done" -W "$1" -- "\${word##*,}"))
}
complete -F _lawn_ranker lawn-ranker
`;
}

/** A line for each flag of a command that has a value. */
function valuesOf({ name, flags }: CommandWords): readonly string[] {
  return flags.flatMap(({ flag, value }) =>
    value === null ? [] : [`    "${name} ${flag}") ${actionOf(value)}; return ;;`],
  );
}

function flagsOf({ name, flags, argument }: CommandWords): string {
  const words = `COMPREPLY=($(compgen -W "${flags.map(({ flag }) => flag).join(" ")}" -- "$word"))`;
  if (argument === null) return `    ${name}) ${words} ;;`;
  return `    ${name}) case "$word" in -*) ${words} ;; *) ${actionOf(argument)} ;; esac ;;`;
}

function actionOf(value: ValueWords): string {
  switch (value.kind) {
    case "file":
      return "_lawn_ranker_paths -f";
    case "folder":
      return "_lawn_ranker_paths -d";
    case "other":
      return ":";
    case "names": {
      const names = value.names.join(" ");
      return value.isList ? `_lawn_ranker_list "${names}"` : `COMPREPLY=($(compgen -W "${names}" -- "$word"))`;
    }
    default:
      return value satisfies never;
  }
}
