import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { openContainer } from "@benn/cli-ink";
import { UserError } from "@benn/core";
import { isTraining, mendRun } from "@benn/core/node";
import type { Places } from "./places.ts";
import { publishedExperiment } from "./published-experiment.ts";

/** Where an unfinished stored result has what another checkout needs to resume it. */
function unfinishedFolder({ results }: Places, name: string): string {
  return join(results, name, "unfinished");
}

/**
 * Stores what `pnpm results train` needs to resume a run elsewhere. Leaves out logits, the larger part: they follow from the weights.
 * @throws UserError while the run is being trained
 */
export async function keepUnfinished(name: string, places: Places): Promise<void> {
  const [from, to] = [join(places.runs, name), unfinishedFolder(places, name)];
  if (await isTraining(from)) throw new UserError(`results: ${from} is being trained. Stop it first: Ctrl-C saves.`);
  await dropUnfinished(name, places);
  const isLeftOut = (file: string): boolean =>
    file.endsWith(".part") || ["lock.json", "logits.train.f32", "logits.validation.f32", "logits.test.f32"].includes(file);
  await cp(from, to, { recursive: true, filter: (path) => !isLeftOut(basename(path)) });
  await writeFile(join(to, "experiment.json"), publishedExperiment(await readFile(join(from, "experiment.json"), "utf8")).text);
}

export async function dropUnfinished(name: string, places: Places): Promise<void> {
  await rm(unfinishedFolder(places, name), { recursive: true, force: true });
}

/** Copies the stored part of a run to `runs/NAME`, if there is one and no run yet, and recomputes its logits. */
export async function takeUpUnfinished(
  name: string,
  { places, data, print }: { places: Places; data: string | undefined; print: (line: string) => void },
): Promise<void> {
  const [from, to] = [unfinishedFolder(places, name), join(places.runs, name)];
  if (existsSync(join(to, "experiment.json")) || !existsSync(from)) return;
  print(`taking up ${from}`);
  await mkdir(places.runs, { recursive: true });
  await cp(from, to, { recursive: true });
  const { config } = JSON.parse(await readFile(join(to, "experiment.json"), "utf8")) as { config: { dataset: object } };
  const { mended, refused } = await mendRun(to, {
    container: await openContainer(),
    ...(data === undefined ? {} : { dataset: { ...config.dataset, data } as never }),
  });
  for (const line of mended) print(line);
  if (refused.length > 0) throw new UserError(`results: ${to} cannot be gone on with. ${refused.join(" ")}`);
}
