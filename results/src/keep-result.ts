import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openContainer } from "@benn/cli-ink";
import { type RunEvent, UserError } from "@benn/core";
import { followEvents } from "@benn/core/node";
import { exportRun } from "@benn/packed/export";
import { PLACES, type Places } from "./places.ts";
import { figuresOf, type Result } from "./result.ts";

/** Larger files stay where they were made. */
const MOST_BYTES = 8_000_000;

/** Stands for the folder of the data, which was a path of the machine. */
const DATA = "cifar-10-batches-bin";

interface Experiment {
  readonly benn: string;
  readonly machine: Result["machine"];
  readonly config: { readonly dataset: { readonly data?: string } };
}

/**
 * Takes what is published of `runs/NAME` into `results/NAME`: log, experiment, the record of each member, the checkpoint to verify from, the
 * `.benn` file, and `result.json`, made of them. A run that goes on is kept as far as it is.
 */
export async function keepResult(name: string, { results, runs }: Places = PLACES): Promise<Result> {
  const [from, to] = [join(runs, name), join(results, name)];
  const events: RunEvent[] = [];
  for await (const event of followEvents(from, { follow: false })) events.push(event);
  const figures = figuresOf(events);
  if (!figures || figures.members.length === 0) throw new UserError(`results: ${from} has no finished member yet. Let it train on.`);
  await mkdir(to, { recursive: true });
  const text = await readFile(join(from, "experiment.json"), "utf8");
  const { benn, machine, config } = JSON.parse(text) as Experiment;
  const { data } = config.dataset;
  await writeFile(join(to, "experiment.json"), data === undefined ? text : text.replaceAll(data, DATA));
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
    if (error instanceof UserError) return undefined; // a real-valued net is not packed
    throw error;
  });
  const file = `${name}.benn`;
  const files: Record<string, { bytes: number; sha256: string }> = {};
  if (exported) {
    const sha256 = createHash("sha256").update(exported.bytes).digest("hex");
    files[file] = { bytes: exported.bytes.length, sha256 };
    if (exported.bytes.length <= MOST_BYTES) await writeFile(join(to, file), exported.bytes);
  }
  const flag = data === undefined ? "" : " --data DIR";
  const result: Result = { command: `pnpm results train ${name}${flag}`, benn, machine, ...figures, files };
  await writeFile(join(to, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}
