import { UserError } from "@benn/core";
import { CommanderError } from "commander";
import { runResults } from "./run-results.ts";

try {
  await runResults(process.argv.slice(2), (line) => console.log(line));
  process.exit(process.exitCode ?? 0); // backends keep threads running
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode); // it has already printed the error
  console.error(error instanceof UserError ? error.message : error);
  process.exit(error instanceof UserError ? 2 : 1);
}
