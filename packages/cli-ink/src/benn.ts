#!/usr/bin/env node
// Environment first: React reads NODE_ENV, and the colours of Ink FORCE_COLOR, when they are imported.
process.env["NODE_ENV"] ??= "production";
if ((process.env["NO_COLOR"] ?? "") !== "" || process.argv.includes("--no-color")) process.env["FORCE_COLOR"] = "0";

const { main } = await import("./command/main.ts");
await main(process.argv.slice(2));
