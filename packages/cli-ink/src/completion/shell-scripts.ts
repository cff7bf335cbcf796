import { script } from "@bomb.sh/tab";

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

/** Bits of the directive at the end of completions: what the shell does next. */
export const DIRECTIVE = { noSpace: 2, noFiles: 4 } as const;

/** The script that a shell loads; it asks the command `complete` for completions. */
export function shellScript(shell: Shell): string {
  return shell === "bash" ? BASH : textOf(() => script(shell, "benn", "benn"));
}

/** @bomb.sh/tab prints its scripts. */
function textOf(print: () => void): string {
  const { log } = console;
  const lines: string[] = [];
  console.log = (text: string) => void lines.push(text);
  try {
    print();
  } finally {
    console.log = log;
  }
  return `${lines.join("\n")}\n`;
}

// A script of our own: that of @bomb.sh/tab requires the package bash-completion, executes $( ) on the line, and never completes files.
const BASH = `# bash completion for benn
_benn_completion() {
    local out line directive=0
    # The line as it is, since bash takes words apart at = and :.
    out=$(benn complete --line "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null) || return
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :*) directive=\${line#:} ;;
            *) [[ -n $line ]] && COMPREPLY+=("$(printf '%q' "\${line%%$'\\t'*}")") ;;
        esac
    done <<< "$out"
    if ((directive & ${DIRECTIVE.noSpace})); then compopt -o nospace; fi
    if ((directive & ${DIRECTIVE.noFiles})); then compopt +o default; fi
}
complete -o default -F _benn_completion benn
`;
