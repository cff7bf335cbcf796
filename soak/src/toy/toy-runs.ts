// Runs of core's toy problem that take milliseconds, one for each way in which a run can proceed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Config, DependencyContainer, RunEvent } from "@benn/core";
import { LOSSES, z } from "@benn/core";
import { threadExecutor, train, type TrainOptions } from "@benn/core/node";
import * as tf from "@benn/core/tensorflow";
import { folderBytes } from "../../../packages/core/src/node/folder-bytes.ts";
import { toyContainer } from "../../../packages/core/src/train/toy-problem.ts";

export interface ToyRun {
  readonly name: string;
  readonly config: Config;
  /** Whether its members train in parallel threads. */
  readonly threads: boolean;
}

/** The toy problem's container, with a loss that has a teacher. */
export function openToyContainer(): DependencyContainer {
  const container = toyContainer();
  container.resolve(LOSSES).add("distillation", {
    description: "",
    options: z.object({ teacher: z.string() }),
    create: ({ teacher }) => ({
      teacher,
      rows: ({ logits, labels, teacherLogits }) =>
        tf.tidy(() => {
          const told = tf.softmax(teacherLogits ?? tf.zerosLike(logits)).add(tf.oneHot(labels, logits.shape[1]));
          return tf.neg(tf.sum<tf.Tensor1D>(tf.mul(told, tf.logSoftmax(logits)), 1));
        }),
    }),
  });
  return container;
}

const base = { epochs: 2, batchSize: 32, learningRate: 0.02, checkpointSeconds: 0, scoreEvery: 1, name: "toy" } satisfies Config;
const dataset = { name: "blobs", rows: 48 };

/**
 * Every way in which a run can proceed.
 * @param folder in which the run is created that others start from
 */
export async function openToyRuns(folder: string): Promise<readonly ToyRun[]> {
  const boosted = { ...base, dataset, scheme: "boost" };
  const out = join(folder, "begun-from");
  const begun = join(out, "toy");
  if (!existsSync(begun)) await goOn({ name: "begun", config: { ...boosted, members: 2 }, threads: false }, out);
  const bagged = { ...base, dataset, scheme: "bag", mode: "independent", members: 3 } satisfies Config;
  return [
    { name: "boosted", config: { ...boosted, members: 3, pretrainEpochs: 1 }, threads: false },
    { name: "held out", config: { ...boosted, members: 2, validation: 0.2, scoreOn: "validation" }, threads: false },
    { name: "independent", config: { ...bagged, parallel: 1 }, threads: false },
    { name: "extended", config: { ...boosted, members: 3, given: begun }, threads: false },
    { name: "given", config: { ...boosted, members: 2, given: begun }, threads: false },
    { name: "taught", config: { ...boosted, members: 2, loss: { name: "distillation", teacher: begun } }, threads: false },
    { name: "begun from a model", config: { ...boosted, members: 2, init: join(begun, "members/001") }, threads: false },
    { name: "side by side", config: { ...bagged, epochs: 3, parallel: 2 }, threads: true },
  ];
}

/** The folder of the one run in `out`. */
export const runIn = (out: string): string => join(out, "toy");

export interface GoOnOptions extends Partial<Pick<TrainOptions, "container" | "files" | "control">> {
  /** Default: as the run says. */
  readonly threads?: boolean;
  /** Returns true to break off, like a killed process. */
  readonly onEvent?: (event: RunEvent) => unknown;
}

/** Starts the run in `out`, or resumes it. */
export async function goOn(
  { config, threads: own }: ToyRun,
  out: string,
  { threads = own, onEvent, container = openToyContainer(), ...options }: GoOnOptions = {},
): Promise<void> {
  const folder = runIn(out);
  const resumes = existsSync(join(folder, "experiment.json"));
  for await (const event of train(resumes ? undefined : config, {
    container,
    ...(resumes ? { resume: folder } : { out }),
    ...(threads ? { executor: threadExecutor(startMemberThread) } : {}),
    ...options,
  })) {
    if (onEvent?.(event) === true) return;
  }
}

function startMemberThread(config: Config): Worker {
  const url = new URL("../../../packages/core/src/node/threads/toy-thread.ts", import.meta.url);
  return new Worker(url, { workerData: { config }, execArgv: ["--conditions=source"], stderr: true });
}

/** How the bytes of a run differ from those of the undisturbed run; undefined if they do not. */
export async function differenceOf(folder: string, wanted: Readonly<Record<string, string>>): Promise<string | undefined> {
  const found = await folderBytes(folder);
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    if (found[name] === wanted[name]) continue;
    if (found[name] === undefined) return `${name} is missing`;
    return wanted[name] === undefined ? `${name} is left over` : `${name} is not as in a run undisturbed`;
  }
  return undefined;
}
