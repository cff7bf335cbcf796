import { Argument, type Command } from "commander";
import type { Shell } from "../../completion/shell-scripts.ts";
import { withExamples } from "./examples.ts";

/** `completion`, and `complete`, which shells call. */
export function addCompletionCommands(program: Command): void {
  const completion = program.command("completion").summary("Print the script that completes commands in your shell.");
  completion
    .description(
      "Print the script with which your shell completes commands, options, presets, registered names, keys of --set and run folders. Load it from your shell's start-up file: docs/completion.md.",
    )
    .addArgument(new Argument("<shell>", "your shell").choices(["bash", "zsh", "fish", "powershell"]))
    .action(async (shell: Shell) => {
      const { printCompletion } = await import("../completion.ts");
      printCompletion(shell);
    });
  withExamples(completion, [
    ["completion bash > ~/.benn-completion.bash", "then: source ~/.benn-completion.bash in ~/.bashrc"],
    ["completion zsh > ~/.benn-completion.zsh", "then: source it in ~/.zshrc, after compinit"],
    ["completion fish > ~/.config/fish/completions/benn.fish", "fish loads it by itself"],
    ["completion powershell >> $PROFILE", "PowerShell loads its profile"],
  ]);
  program
    .command("complete", { hidden: true })
    .description("Print what the last word may become.")
    .argument("[words...]", "the words behind benn, up to the cursor")
    .option("--line <line>", "the whole line up to the cursor, in place of words")
    .allowUnknownOption()
    .action(async (words: string[], options: { line?: string }) => {
      const { printCompletions } = await import("../completion.ts");
      await printCompletions(program, words, options);
    });
}
