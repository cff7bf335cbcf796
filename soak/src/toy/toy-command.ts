// The built command on the toy problem with artificially delayed images, so that a run takes a second and little work.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { DependencyContainer } from "@benn/core";
import { checkRun, train } from "@benn/core/node";
import { benn, root } from "../../../e2e/benn.ts";
import { openContainer } from "../../../packages/cli-ink/src/command/open-container.ts";
import { folderBytes } from "../../../packages/core/src/node/folder-bytes.ts";
import { Fault, oneAtATime } from "../part.ts";
import { differenceOf } from "./toy-runs.ts";

const PLUGIN = join(import.meta.dirname, "toy-plugin.ts");
const SETTINGS = ["dataset=blobs", "dataset.rows=48", "dataset.delay=10", "architecture=linear", "scheme=boost", "voter=sum", "backend=cpu", "binarizer=none", "members=3", "epochs=3", "batchSize=16", "scoreEvery=1", "checkpointSeconds=0", "exportable=false", "name=toy"]; // prettier-ignore

export const isBuilt = (): boolean => existsSync(join(root, "packages/cli-ink/dist/benn.js"));

/** Words behind `benn`. */
export const trainWords = (ui: string): readonly string[] => ["train", "--plugin", PLUGIN, "--ui", ui, "--set", ...SETTINGS];

export interface ToyCommand {
  /** Milliseconds from its first step to its end. */
  readonly milliseconds: number;
  /**
   * Resumes what the command left in `cwd`, or starts again if there is nothing. @throws Fault unless the bytes are those of an undisturbed
   * run
   */
  goOn(cwd: string): Promise<void>;
}

/** Runs the command undisturbed. */
export async function openToyCommand(cwd: string): Promise<ToyCommand> {
  const { code, stdout, stderr } = await benn(trainWords("json"), { cwd });
  if (code !== 0) throw new Error(`the command does not train undisturbed: ${stderr}`);
  const times = stdout.trim().split("\n").map((line) => (JSON.parse(line) as { clock: { at: number } }).clock.at); // prettier-ignore
  const wanted = await folderBytes(folderIn(cwd));
  const container: DependencyContainer = await openContainer([PLUGIN], { cwd });
  const here = oneAtATime();
  return {
    milliseconds: (times.at(-1) ?? 0) - (times[0] ?? 0),
    async goOn(own) {
      const folder = folderIn(own);
      if (!existsSync(join(folder, "experiment.json"))) {
        const again = await benn(trainWords("plain"), { cwd: own });
        if (again.code !== 0) throw new Fault(`cannot be begun anew: ${again.stderr}`);
      } else {
        await here(async () => {
          for await (const _ of train(undefined, { container, resume: folder }));
        });
      }
      const difference = await differenceOf(folder, wanted);
      if (difference !== undefined) throw new Fault(difference);
      const { damaged } = await checkRun(folder);
      if (damaged[0]) throw new Fault(damaged[0].reason);
    },
  };
}

export const folderIn = (cwd: string): string => join(cwd, "runs/toy");

/** Whether the log contains this text. */
export function hasLogged(cwd: string, text: string): boolean {
  const log = join(folderIn(cwd), "events.jsonl");
  return existsSync(log) && readFileSync(log, "utf8").includes(text);
}

export async function until(holds: () => boolean, what: string, seconds = 120): Promise<void> {
  for (const began = performance.now(); !holds(); await wait(10)) {
    if (performance.now() - began > seconds * 1000) throw new Fault(`${what} did not come about in ${seconds} s`);
  }
}
