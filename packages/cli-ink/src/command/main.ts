import { CommanderError } from "commander";
import { failure } from "./failure.ts";
import { createProgram } from "./program.ts";

/** Runs the command: sets the exit code, and lets the process end when nothing is left to do. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0); // the reader, such as `head`, has had enough
    throw error;
  });
  try {
    await createProgram().parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
  } catch (error) {
    // Commander has said what was wrong; its own code for a mistake is 1.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const { code, text } = failure(error, { debug: args.includes("--debug") });
    if (text !== "") process.stderr.write(`${text}\n`);
    process.exitCode = code;
  }
}
