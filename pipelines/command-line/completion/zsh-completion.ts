/** Completion for zsh: sourced, or as a file _lawn-ranker in a folder of $fpath. */
import type { CommandWords, ValueWords } from "./completion-words.ts";

export function zshCompletion(commands: readonly CommandWords[]): string {
  return `#compdef lawn-ranker
# zsh completion of lawn-ranker: source <(lawn-ranker completion zsh)
_lawn_ranker() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(":", "\\:")}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  words=("$words[1]" "\${(@)words[3,-1]}")
  (( CURRENT -= 1 ))
  case $command in
${commands.map(caseOf).join("\n")}
    help) _describe command commands ;;
  esac
}
if [ "$funcstack[1]" = "_lawn_ranker" ] || [ "$funcstack[1]" = "_lawn-ranker" ]; then
  _lawn_ranker "$@"
else
  compdef _lawn_ranker lawn-ranker
fi
`;
}

function caseOf({ name, flags, argument }: CommandWords): string {
  const specs = flags.map(({ flag, meaning, value }) => {
    const text = `${flag}[${meaning.replaceAll(/[[\]]/g, "\\$&")}]`;
    return quoted(value === null ? text : `${text}:${actionOf(value)}`);
  });
  if (argument !== null) specs.push(quoted(`1:${actionOf(argument)}`));
  return `    ${name})\n      _arguments \\\n${specs.map((spec) => `        ${spec}`).join(" \\\n")}\n      ;;`;
}

/** What is asked for, and how it is completed. */
function actionOf(value: ValueWords): string {
  switch (value.kind) {
    case "file":
      return "file:_files";
    case "folder":
      return "folder:_files -/";
    case "other":
      return "value: ";
    case "names": {
      const names = value.names.join(" ");
      return value.isList ? `names:_sequence compadd - ${names}` : `name:(${names})`;
    }
    default:
      return value satisfies never;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
