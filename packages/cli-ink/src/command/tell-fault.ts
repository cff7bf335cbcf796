import type { PluginFault } from "@benn/core/node";
import { say } from "./print.ts";

/** Tells of a plugin that is left out, for commands that go on without it. */
export function tellFault({ error }: PluginFault): void {
  say(`benn: ${error.message} It is left out.\n`);
}
