import { existsSync } from "node:fs";
import { join } from "node:path";
import { RunControl, train, type TrainOptions } from "@benn/core/node";
import type { Progress } from "../command/progress-line.ts";
import { type FoundRun, openShelf } from "./find-run.ts";
import type { WantedKind, WantedRun } from "./wanted-runs.ts";

export interface TrainRunsTask extends Pick<TrainOptions, "container" | "executor"> {
  readonly kinds: readonly WantedKind[];
  /** Folder in which run folders are created, and searched first. */
  readonly out: string;
  /** Other folders of run folders to reuse runs from. */
  readonly from: readonly string[];
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** Called with a sentence about each run when it starts or is reused. */
  onRun(message: string): void;
}

/**
 * Reuses existing runs, resumes unfinished ones, and trains the others, one after the other.
 * @returns the folder of each run, by kind and seed, in the order of `kinds`
 * @throws the signal's reason once that is aborted, after the run in training is saved
 */
export async function trainRuns(task: TrainRunsTask): Promise<string[][]> {
  const { kinds, out, from, container, signal, onRun } = task;
  const shelf = await openShelf([out, ...from], container);
  const all = kinds.flatMap(({ name, runs }) => runs.map((wanted) => ({ name, wanted, found: shelf.find(wanted) })));
  const lacking = all.map(({ wanted, found }) => Math.max(0, wanted.members - (found?.trained ?? 0)));
  const total = 1000 * all.reduce((sum, { wanted }, i) => sum + lacking[i]! * wanted.epochs, 0);
  let before = 0;
  const folders: string[] = [];
  for (const [i, { name, wanted, found }] of all.entries()) {
    signal.throwIfAborted();
    const what = `${name}, seed ${wanted.seed}`;
    if (found && lacking[i] === 0) {
      onRun(`${what}: taken from ${found.folder}`);
      folders.push(found.folder);
      continue;
    }
    const isGrown = found !== undefined && found.planned < wanted.members;
    onRun(
      found && !isGrown
        ? `${what}: resuming ${found.folder}`
        : `${what}: training ${join(out, freeName(out, wanted.config.name))}${isGrown ? `, from the members of ${found.folder}` : ""}`,
    );
    const onShare = (epochs: number, now: string): void =>
      task.onProgress({ what: `${what}, ${now}, thousandths of an epoch`, done: Math.round(before + 1000 * epochs), total });
    folders.push(await trainOne(task, wanted, found, onShare));
    before += 1000 * lacking[i]! * wanted.epochs;
  }
  let at = 0;
  return kinds.map(({ runs }) => folders.slice(at, (at += runs.length)));
}

async function trainOne(
  { out, container, executor, signal }: TrainRunsTask,
  { config, members }: WantedRun,
  found: FoundRun | undefined,
  onShare: (epochs: number, now: string) => void,
): Promise<string> {
  const control = new RunControl();
  const stop = (): void => control.stopNow();
  signal.addEventListener("abort", stop);
  const threads = executor ? { executor } : {};
  const run =
    found && found.planned >= members
      ? train(undefined, { container, control, ...threads, resume: found.folder })
      : train(
          { ...config, name: freeName(out, config.name), ...(found && found.trained > 0 ? { given: [found.folder] } : {}) },
          { container, control, ...threads, out },
        );
  const epochs = new Map<number, number>();
  try {
    for (;;) {
      const next = await run.next();
      if (next.done) {
        signal.throwIfAborted();
        return next.value.folder;
      }
      const event = next.value;
      if (event.type === "step") {
        epochs.set(event.member, event.epoch + event.step / event.steps);
        onShare(
          [...epochs.values()].reduce((sum, own) => sum + own, 0),
          `member ${event.member + 1}, epoch ${event.epoch + 1}`,
        );
      }
      // A run that was started elsewhere may plan more members than wanted.
      if (event.type === "member-end" && event.member + 1 >= members && (found?.planned ?? members) > members) control.stopNow();
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** A name that no run folder has: an existing folder of that name trains something else. */
function freeName(out: string, name: string): string {
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${name}-${n}`;
    if (!existsSync(join(out, free, "experiment.json"))) return free;
  }
}
