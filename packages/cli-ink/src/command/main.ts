import { CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import { failure } from "./failure.ts";
import { watchOutput } from "./output-loss.ts";
import { say } from "./print.ts";
import { createProgram } from "./program.ts";

/** Runs the command: sets the exit code, and lets the process end when nothing is left to do. */
export async function main(args: readonly string[]): Promise<void> {
  watchOutput();
  try {
    await createProgram().parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
  } catch (error) {
    // Commander has already printed the error; its own exit code for a mistake is 1.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT.mistake;
      return;
    }
    const { code, text } = failure(error, { debug: args.includes("--debug") });
    if (text !== "") say(`${text}\n`);
    process.exitCode = code;
  }
}
