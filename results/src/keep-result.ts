import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openContainer } from "@benn/cli-ink";
import { type RunEvent, UserError } from "@benn/core";
import { followEvents } from "@benn/core/node";
import { exportRun } from "@benn/packed/export";
import { PLACES, type Places } from "./places.ts";
import { publishedExperiment } from "./published-experiment.ts";
import { figuresOf, type Result } from "./result.ts";
import { dropUnfinished, keepUnfinished } from "./unfinished.ts";

/** Larger files are not copied. */
const MOST_BYTES = 8_000_000;

/**
 * Copies what is published of `runs/NAME` to `results/NAME`: log, experiment, the record of each member, the checkpoint to verify from, the
 * `.benn` file, and `result.json`, derived from them. An unfinished run is stored as far as it is, with what another checkout needs to
 * resume it.
 * @returns the contents of `result.json`; undefined while no member is finished
 * @throws UserError if the run has not started, or is unfinished and being trained
 */
export async function keepResult(name: string, places: Places = PLACES): Promise<Result | undefined> {
  const { results, runs } = places;
  const [from, to] = [join(runs, name), join(results, name)];
  const events: RunEvent[] = [];
  for await (const event of followEvents(from, { follow: false })) events.push(event);
  const figures = figuresOf(events);
  if (!figures) throw new UserError(`results: ${from} has not begun to train. Start it with \`pnpm results train ${name}\`.`);
  await mkdir(to, { recursive: true });
  const isFinished = events.some((event) => event.type === "run-end" && event.reason !== "interrupted");
  await (isFinished ? dropUnfinished(name, places) : keepUnfinished(name, places));
  if (figures.members.length === 0) return undefined;
  const { text, experiment, hasData } = publishedExperiment(await readFile(join(from, "experiment.json"), "utf8"));
  await writeFile(join(to, "experiment.json"), text);
  for (const part of [
    "events.jsonl",
    "preprocessing.safetensors",
    "labels.safetensors",
    "weights/000.f64",
    "verify/checkpoint.safetensors",
  ]) {
    await rm(join(to, part), { force: true });
    if (existsSync(join(from, part)) && (await stat(join(from, part))).size <= MOST_BYTES) await cp(join(from, part), join(to, part));
  }
  for (const member of await readdir(join(from, "members"))) {
    const record = join("members", member, "member.json");
    if (existsSync(join(from, record))) await cp(join(from, record), join(to, record));
  }
  const exported = await exportRun(from, { container: await openContainer() }).catch((error: unknown) => {
    if (error instanceof UserError) return undefined; // a real-valued network is not packed
    throw error;
  });
  const file = `${name}.benn`;
  const files: Record<string, { bytes: number; sha256: string }> = {};
  if (exported) {
    const sha256 = createHash("sha256").update(exported.bytes).digest("hex");
    files[file] = { bytes: exported.bytes.length, sha256 };
    if (exported.bytes.length <= MOST_BYTES) await writeFile(join(to, file), exported.bytes);
  }
  const flag = hasData ? " --data DIR" : "";
  const { benn, machine } = experiment;
  const result: Result = { command: `pnpm results train ${name}${flag}`, benn, machine, ...figures, files };
  await writeFile(join(to, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}
