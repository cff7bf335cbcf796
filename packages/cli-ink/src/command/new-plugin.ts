import { UserError } from "@benn/core/messages";
import { createPlugin, NewPluginError } from "create-benn";
import { print } from "./print.ts";

/** `benn new`: a folder with a plugin that works, in the working folder. */
export function newPlugin(kind: string, name: string, cwd: string = process.cwd()): void {
  try {
    const { folder, next } = createPlugin({ kind, name, cwd, who: "new" });
    print(`Made ${folder}. Next:\n${next.map((line) => `  ${line}\n`).join("")}`);
  } catch (error) {
    throw error instanceof NewPluginError ? new UserError(error.message) : error;
  }
}
