#!/usr/bin/env node
import { createPlugin } from "./create-plugin.ts";
import { KINDS } from "./kinds.ts";
import { NewPluginError } from "./new-plugin-error.ts";

const width = Math.max(...Object.keys(KINDS).map((kind) => kind.length));
const help = `npm create benn KIND NAME: starts a plugin for benn in the folder NAME.

  npm create benn scheme my-boost

Kinds:
${Object.entries(KINDS)
  .map(([kind, { title }]) => `  ${kind.padEnd(width)}  ${title}`)
  .join("\n")}`;

const [kind, name, ...rest] = process.argv.slice(2);
try {
  if (kind === undefined || kind === "--help" || kind === "-h") {
    console.log(help);
  } else if (name === undefined || rest.length > 0) {
    throw new NewPluginError(
      `create-benn: expected a kind and a name, got "${process.argv.slice(2).join(" ")}". For example: scheme my-boost`,
    );
  } else {
    const { folder, next } = createPlugin({ kind, name, cwd: process.cwd(), who: "create-benn" });
    console.log([`Made ${folder}. Next:`, ...next.map((line) => `  ${line}`)].join("\n"));
  }
} catch (error) {
  if (!(error instanceof NewPluginError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
