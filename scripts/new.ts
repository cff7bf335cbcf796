// `pnpm new scheme my-boost`: `benn new`, as a package of this repository.
import { join } from "node:path";
import { createPlugin, NewPluginError } from "../packages/create-benn/src/index.ts";

const [kind = "", name = ""] = process.argv.slice(2);
try {
  const cwd = join(import.meta.dirname, "../packages");
  const { folder, next } = createPlugin({ kind, name, cwd, who: "pnpm new", workspace: true });
  console.log([`Made ${folder}. Next:`, "  pnpm install", ...next.map((line) => `  ${line}`)].join("\n"));
} catch (error) {
  if (!(error instanceof NewPluginError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
