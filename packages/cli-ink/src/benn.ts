#!/usr/bin/env node
import { nodeTooOld } from "./command/check-node.ts";

// Environment first: React reads NODE_ENV, and the colours of Ink FORCE_COLOR, when they are imported.
process.env["NODE_ENV"] ??= "production";
if ((process.env["NO_COLOR"] ?? "") !== "" || process.argv.includes("--no-color")) process.env["FORCE_COLOR"] = "0";

const tooOld = nodeTooOld(process.version);
if (tooOld !== undefined) {
  process.stderr.write(`${tooOld}\n`);
  process.exit(2);
}

// Before the long imports: until then SIGUSR1 would open Node's debugger.
const { treatSignalsAsUsual } = await import("./command/stop-signals.ts");
treatSignalsAsUsual();

const { main } = await import("./command/main.ts");
await main(process.argv.slice(2));
