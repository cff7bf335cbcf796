import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Config, UserError, z } from "@benn/core";
import { fileError } from "@benn/core/internals";

const recordJson = z.object({ runs: z.record(z.string(), z.object({ config: z.string() })) });

/**
 * Keeps in the sweep's folder what each of its runs is made from, so that the same command goes on, and another one does not take the folder of
 * other runs for its own.
 * @throws UserError when a run of that name was made from another configuration
 */
export async function recordSweep(folder: string, runs: readonly { readonly name: string; readonly config: Config }[]): Promise<void> {
  const path = join(folder, "sweep.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  const before = text === undefined ? { runs: {} } : parse(path, text);
  const now = Object.fromEntries(runs.map(({ name, config }) => [name, { config: sumOf(config) }]));
  for (const [name, { config }] of Object.entries(now)) {
    const was = before.runs[name];
    if (was === undefined || was.config === config) continue;
    throw new UserError(
      `sweep ${folder}: its run ${name} was made from other settings than are asked for now. Choose another folder with --out, or go on with the command that began it.`,
    );
  }
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.part`, `${JSON.stringify({ runs: { ...before.runs, ...now } }, null, 2)}\n`);
    await rename(`${path}.part`, path);
  } catch (error) {
    throw fileError(path, "written", error);
  }
}

function parse(path: string, text: string): z.output<typeof recordJson> {
  try {
    return recordJson.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(`${path}: is not the record of a sweep. Remove it, or choose another folder with --out.`, { cause });
  }
}

function sumOf(config: Config): string {
  return createHash("sha256").update(JSON.stringify(config)).digest("hex");
}
