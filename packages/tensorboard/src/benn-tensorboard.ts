#!/usr/bin/env node
import { join } from "node:path";
import { UserError } from "@benn/core";
import { printable } from "@benn/core/internals";
import { convertRun } from "./convert-run.ts";

const runs = process.argv.slice(2);
try {
  if (runs.length === 0 || runs.some((run) => run.startsWith("-"))) {
    throw new UserError(`expected run folders, got ${runs.length === 0 ? "none" : runs.join(" ")}. Write: benn-tensorboard runs/NAME`);
  }
  for (const run of runs) {
    await convertRun(run);
    const written = printable(join(run, "tensorboard"));
    process.stdout.write(`${written} is written; look at it by: tensorboard --logdir ${written}\n`);
  }
} catch (error) {
  process.stderr.write(`benn-tensorboard: ${printable(error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = error instanceof UserError ? 2 : 1;
}
