#!/usr/bin/env node
import module from "node:module";
import { nodeTooOld } from "./command/check-node.ts";

// Environment first: React reads NODE_ENV, and the colours of Ink FORCE_COLOR, when they are imported.
process.env["NODE_ENV"] ??= "production";
if ((process.env["NO_COLOR"] ?? "") !== "" || process.argv.includes("--no-color")) process.env["FORCE_COLOR"] = "0";

const tooOld = nodeTooOld(process.version);
if (tooOld !== undefined) {
  process.stderr.write(`${tooOld}\n`);
  process.exit(2);
}

// Compiled code is kept in the system's folder for temporary files, so that the next start need not compile it; threads look for it where the
// environment says.
const { directory } = module.enableCompileCache();
if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] ??= directory;

// Before the long imports: until then SIGUSR1 would open Node's debugger.
const { treatSignalsAsUsual } = await import("./command/stop-signals.ts");
treatSignalsAsUsual();

const { main } = await import("./command/main.ts");
await main(process.argv.slice(2));
