import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** Run folders whose paths start with the typed text; if it is empty, those in `runs`. */
export function runFolders(typed: string, cwd: string): string[] {
  const folder = typed === "" ? "runs" : typed.endsWith("/") ? typed.replace(/\/+$/, "") : dirname(typed);
  const begin = typed === "" ? "" : typed;
  try {
    return readdirSync(join(cwd, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(cwd, folder, entry.name, "experiment.json")))
      .map(({ name }) => (folder === "." && !begin.startsWith("./") ? name : `${folder}/${name}`))
      .concat("runs".startsWith(begin) && begin !== "" && folder === "." ? runFolders("", cwd) : [])
      .filter((path) => path.startsWith(begin));
  } catch {
    return [];
  }
}
