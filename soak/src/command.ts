import { UserError } from "@benn/core";
import { CommanderError } from "commander";
import { runSoak } from "./run-soak.ts";

const stopping = new AbortController();
process.on("SIGINT", () => {
  if (stopping.signal.aborted) process.exit(130);
  stopping.abort();
});

try {
  const passed = await runSoak(process.argv.slice(2), (line) => console.log(line), stopping.signal);
  process.exit(stopping.signal.aborted ? 130 : passed ? 0 : 1); // backends keep threads running
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode); // it has already printed the error
  console.error(error instanceof UserError ? error.message : error);
  process.exit(error instanceof UserError ? 2 : 1);
}
