import { UserError } from "@benn/core";
import { CommanderError } from "commander";
import { runResults } from "./run-results.ts";

try {
  await runResults(process.argv.slice(2), (line) => console.log(line));
  process.exit(process.exitCode ?? 0); // backends keep threads
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode); // which has said what is wrong
  console.error(error instanceof UserError ? error.message : error);
  process.exit(error instanceof UserError ? 2 : 1);
}
