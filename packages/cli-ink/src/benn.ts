#!/usr/bin/env node
import module from "node:module";
import { nodeTooOld } from "./command/check-node.ts";

// Sets the environment first: React reads NODE_ENV on import, and Ink's colours read FORCE_COLOR.
process.env["NODE_ENV"] ??= "production";
if ((process.env["NO_COLOR"] ?? "") !== "" || process.argv.includes("--no-color")) process.env["FORCE_COLOR"] = "0";

const tooOld = nodeTooOld(process.version);
if (tooOld !== undefined) {
  process.stderr.write(`${tooOld}\n`);
  process.exit(2);
}

// Compiled code is cached in the system's temporary folder, so that the next start need not compile it; threads find the cache through the
// environment variable.
const { directory } = module.enableCompileCache();
if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] ??= directory;

// Before the slow imports: until this runs, SIGUSR1 would open Node's debugger.
const { treatSignalsAsUsual } = await import("./command/stop-signals.ts");
treatSignalsAsUsual();

const { main } = await import("./command/main.ts");
await main(process.argv.slice(2));
