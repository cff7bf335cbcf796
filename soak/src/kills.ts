import { spawn } from "node:child_process";
import { once } from "node:events";
import { type FSWatcher, mkdirSync, rmSync, watch } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { checkRun } from "@benn/core/node";
import * as tf from "@benn/core/tensorflow";
import { folderBytes } from "../../packages/core/src/node/folder-bytes.ts";
import { readMember } from "../../packages/core/src/node/read-member.ts";
import { type Exam, Fault, drawsOf, oneAtATime, type Part, type Setting, tryEach } from "./part.ts";
import { bundleTrainer } from "./toy/bundle-trainer.ts";
import type { ToTrain } from "./toy/train-until-killed.ts";
import { differenceOf, goOn, openToyRuns, runIn, type ToyRun } from "./toy/toy-runs.ts";

const KINDS = ["at a drawn time", "after a change in the folder", "on entering a call", "in the middle of a write"] as const;
type Kind = (typeof KINDS)[number];

/** Duration of an undisturbed run, in which kills are drawn, and its bytes. */
interface Undisturbed {
  readonly milliseconds: number;
  readonly changes: number;
  readonly calls: number;
  readonly bytes: Readonly<Record<string, string>>;
}

/** A process that trains, as seen from outside. */
interface Training {
  /** Members whose end it has reported. */
  readonly ended: number[];
  readonly calls: number;
  readonly milliseconds: number;
  readonly changes: number;
  readonly killed: boolean;
}

/** Trials at full share; many of them kill more than once. */
const TRIALS = 1000;
/** Maximum number of consecutive kills of one run. */
const MOST = 4;

export const kills: Part = {
  name: "kills",
  summary:
    "A process that trains is killed (SIGKILL) at a drawn time, right after a change in the run folder, on entering a call to the file system, or in the middle of a write; " +
    "sometimes again while it goes on. It must then go on to the bytes of a run undisturbed, and every member whose end was told must be whole.",
  open,
};

async function open(setting: Setting): Promise<Exam> {
  await tf.setBackend("cpu");
  const { folder } = setting;
  const runs = await openToyRuns(folder);
  const trainer = await bundleTrainer(folder);
  const train = (run: ToyRun, out: string, stopping: Stopping): Promise<Training> =>
    watchTraining(run, { trainer, folder, out, ...stopping });
  const known = new Map<string, Promise<Undisturbed>>();
  const undisturbed = (run: ToyRun): Promise<Undisturbed> => {
    const found =
      known.get(run.name) ??
      train(run, join(folder, `whole-${run.name}`), {}).then(async (training) => {
        if (training.killed) throw new Error(`a run undisturbed (${run.name}) did not end`);
        return { ...training, bytes: await folderBytes(runIn(join(folder, `whole-${run.name}`))) };
      });
    known.set(run.name, found);
    return found;
  };
  const here = oneAtATime();
  const killed = new Map<string, number>();
  return {
    trials: TRIALS,
    run: tryEach(async (number) => {
      const random = drawsOf(setting, "kills", number);
      const run = runOf(runs, number);
      const whole = await undisturbed(run);
      const out = join(folder, String(number));
      let times = 0;
      for (let round = 0; round < MOST && (round === 0 || random.integer(4) === 0); round++) {
        const kind = KINDS[(number + round) % KINDS.length]!;
        const training = await train(run, out, stopping(kind, whole, random.uniform()));
        if (!training.killed) break;
        times += 1;
        killed.set(kind, (killed.get(kind) ?? 0) + 1);
        for (const member of training.ended) await readMember(runIn(out), member);
      }
      // Threads are slow to start; a run resumes to the same bytes without them.
      const threads = run.threads && random.integer(4) === 0;
      await here(() => goOn(run, out, { threads }));
      const difference = await differenceOf(runIn(out), whole.bytes);
      if (difference !== undefined) throw new Fault(`${run.name}, killed ${times} times: ${difference}`);
      const { damaged } = await checkRun(runIn(out));
      if (damaged.length > 0) throw new Fault(`${run.name}, killed ${times} times: ${damaged[0]?.reason}`);
      rmSync(out, { recursive: true });
      return times === 0 ? "ended before the kill" : times === 1 ? "killed once" : "killed several times in a row";
    }, setting.jobs),
    notes() {
      const all = [...killed.values()].reduce((sum, n) => sum + n, 0);
      return [`${all.toLocaleString("en")} kills: ${[...killed].map(([kind, n]) => `${n} ${kind}`).join(", ")}`];
    },
  };
}

/** Cycles through the runs; the one in threads, whose processes take longest to start, is one of sixteen. */
function runOf(runs: readonly ToyRun[], number: number): ToyRun {
  const plain = runs.filter(({ threads }) => !threads);
  const turn = Math.floor(number / KINDS.length);
  return (turn % 16 === 15 ? runs.find(({ threads }) => threads) : plain[turn % plain.length]) as ToyRun;
}

interface Stopping {
  readonly afterMilliseconds?: number;
  readonly afterChanges?: number;
  readonly killAt?: number;
  readonly tearing?: boolean;
}

/** @param share of the run before the kill, in [0, 1) */
function stopping(kind: Kind, { milliseconds, changes, calls }: Undisturbed, share: number): Stopping {
  if (kind === "at a drawn time") return { afterMilliseconds: share * milliseconds };
  if (kind === "after a change in the folder") return { afterChanges: 1 + Math.floor(share * changes) };
  return { killAt: 1 + Math.floor(share * calls), tearing: kind === "in the middle of a write" };
}

/** Starts or resumes a run in a separate process, until it ends or is killed. */
async function watchTraining(
  run: ToyRun,
  { trainer, folder, out, afterMilliseconds, afterChanges = Infinity, ...own }: Stopping & Record<"trainer" | "folder" | "out", string>,
): Promise<Training> {
  mkdirSync(runIn(out), { recursive: true });
  const toTrain: ToTrain = { run, out, ...own };
  const child = spawn(process.execPath, ["--conditions=source", trainer, JSON.stringify(toTrain)], {
    // A compile cache shared by the processes saves much of a start.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended: number[] = [];
  let [changes, calls, began, said] = [0, 0, 0, ""];
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [word, value] = line.split(" ");
    if (word === "ready") {
      began = performance.now();
      watcher = watch(out, { recursive: true }, () => {
        changes += 1;
        if (changes === afterChanges) child.kill("SIGKILL");
      });
      watcher.on("error", () => {}); // for a file that is gone again
      if (afterMilliseconds !== undefined) timer = setTimeout(() => child.kill("SIGKILL"), afterMilliseconds);
    } else if (word === "member-end") ended.push(Number(value));
    else if (word === "calls") calls = Number(value);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  watcher?.close();
  if (signal !== "SIGKILL" && code !== 0) throw new Fault(`${run.name}: ended with ${code ?? signal} where it was to go on:\n${said}`);
  return { ended, calls, changes, milliseconds: performance.now() - began, killed: signal === "SIGKILL" };
}
