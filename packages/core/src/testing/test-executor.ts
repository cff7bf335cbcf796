import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import * as tf from "../tensorflow.ts";
import { afterEach, beforeAll, describe, expect, test } from "./exam-host.ts";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { memberOfCheckpoint } from "../node/checkpoint-file.ts";
import { folderBytes } from "../node/folder-bytes.ts";
import type { Executor } from "../node/lanes/executor.ts";
import { aheadFile, checkpointFile } from "../node/run-paths.ts";
import { runToy } from "../node/run-toy.ts";
import { RunControl } from "../run-control.ts";
import { toyContainer } from "../train/toy-problem.ts";

/** An executor, and faults that can be caused in it. */
export interface ExecutorUnderTest {
  readonly executor: Executor;
  /**
   * Faults that it survives, by a name in words: `a worker is killed`. Called while a member trains; the run must end with the same bytes
   * as without the fault.
   */
  readonly faults?: Readonly<Record<string, () => Promise<void>>>;
  /** Faults that end the run: it must end with an error that says so, and then resume to the same bytes as without the fault. */
  readonly fatal?: Readonly<Record<string, { readonly happens: () => Promise<void>; readonly says: RegExp }>>;
  /** Called at the end of a test. */
  close?(): Promise<void>;
}

export interface ExecutorExam {
  /**
   * Opens an executor whose workers use the container of the toy problem: `toyContainer` of `@benn/core/internals`.
   * @param fault that will be caused, if any
   */
  open(fault?: string): Promise<ExecutorUnderTest>;
  /** Names of `faults` and `fatal`; each becomes a test. */
  readonly faults?: readonly string[];
  readonly fatal?: readonly string[];
  /** Timeout of a test in milliseconds. Default 60,000. */
  readonly timeout?: number;
}

/** Members that do not depend on one another; a checkpoint after every epoch. */
const side: Config = {
  dataset: { name: "blobs", rows: 48 },
  architecture: { name: "linear", hidden: 4 },
  scheme: "bag",
  mode: "independent",
  members: 3,
  epochs: 4,
  batchSize: 16,
  learningRate: 0.02,
  scoreEvery: 2,
  checkpointSeconds: 0,
  parallel: 2,
  name: "toy",
};
/**
 * Epochs that take longer than the coordinator's handling of their events, so that a request reaches the trainer before the member is done.
 */
const LONG: Config = { ...side, dataset: { name: "blobs", rows: 900 }, members: 2, epochs: 10 };
/** Members that each start from the weights of the previous one, and train on its mistakes. */
const chain: Config = { ...side, scheme: "boost", mode: "sequential", parallel: "auto" };

/**
 * Conformance tests for every executor: wherever members are trained, and whatever happens, a run has the same bytes as on one machine, its
 * log included.
 *
 *     testExecutor("threads", { open: async () => ({ executor: threadExecutor(startThread) }) });
 */
export function testExecutor(name: string, { open, faults = [], fatal = [], timeout = 60_000 }: ExecutorExam): void {
  describe(`the executor ${name}`, { timeout }, () => {
    const container = toyContainer();
    const opened: ExecutorUnderTest[] = [];
    const made: string[] = [];
    let wanted: { side: Record<string, string>; chain: Record<string, string> };

    const start = async (fault?: string): Promise<ExecutorUnderTest> => {
      const under = await open(fault);
      opened.push(under);
      return under;
    };
    /** @param onEvent may return true to break off the run like a killed process */
    const run = async (
      config: Config | undefined,
      options: { executor?: Executor; control?: RunControl; resume?: string },
      onEvent: (event: RunEvent, count: number) => boolean = () => false,
    ): Promise<{ events: RunEvent[]; folder: string }> => {
      let folder = "";
      const onFolder = (path: string): void => {
        folder = path;
        made.push(path);
      };
      const { events } = await runToy(config, { container, ...options, onFolder }, onEvent);
      return { events, folder };
    };
    const logged = ({ events }: { events: readonly RunEvent[] }): number =>
      events.filter(({ type }) => type !== "progress" && type !== "control").length;
    const isTraining = (event: RunEvent, member: number, epoch: number): boolean =>
      event.type === "epoch" && event.member === member && event.epoch === epoch;

    beforeAll(async () => {
      await tf.setBackend("cpu");
      const bytes = async (config: Config): Promise<Record<string, string>> => await folderBytes((await run(config, {})).folder);
      wanted = { side: await bytes(side), chain: await bytes(chain) };
    }, timeout);
    afterEach(async () => {
      for (const under of opened.splice(0)) await under.close?.();
      for (const folder of made.splice(0)) await rm(dirname(folder), { recursive: true, force: true });
    }, timeout);

    test("trains members to the bytes of members trained one by one, and says each event once", async () => {
      const { executor } = await start();
      const there = await run(side, { executor });
      expect(await folderBytes(there.folder)).toEqual(wanted.side);
      expect(logged(there)).toBe(logged(await run(side, {})));
    });

    test("trains each member of a chain with the weights and the sample weights that the one before it left", async () => {
      const { executor } = await start();
      expect(await folderBytes((await run(chain, { executor })).folder)).toEqual(wanted.chain);
    });

    test("saves every member that is on its way when the run is stopped, and goes on from there", async () => {
      const { executor } = await start();
      const control = new RunControl();
      const stopped = await run(LONG, { executor, control }, (event) => {
        if (isTraining(event, 1, 1)) control.stopNow();
        return false;
      });
      expect(stopped.events.at(-1)).toMatchObject({ type: "run-end", reason: "interrupted" });
      const front = await memberOfCheckpoint(checkpointFile(stopped.folder));
      expect(front === 1 || existsSync(aheadFile(stopped.folder, 1)), "member 1 has a checkpoint").toBe(true);
      await run(undefined, { executor, resume: stopped.folder });
      expect(await folderBytes(stopped.folder)).toEqual(await folderBytes((await run(LONG, {})).folder));
    });

    test("leaves a run that was broken off anywhere to be resumed, there or in one thread", async () => {
      const { executor } = await start();
      for (const [nth, elsewhere] of [
        [7, true],
        [40, false],
      ] as const) {
        const { folder } = await run(side, { executor }, (_, count) => count === nth);
        await run(undefined, { resume: folder, ...(elsewhere ? { executor } : {}) });
        expect(await folderBytes(folder), `broken off after event ${nth}`).toEqual(wanted.side);
      }
    });

    test("pauses, and goes on", async () => {
      const { executor } = await start();
      const control = new RunControl();
      const { folder, events } = await run(LONG, { executor, control }, (event) => {
        if (isTraining(event, 0, 1)) control.pause();
        if (event.type === "control" && event.state === "paused") control.resume();
        return false;
      });
      expect(events.flatMap((event) => (event.type === "control" ? [event.state] : []))).toEqual(["paused", "running"]);
      const { "control.jsonl": pauses, ...bytes } = await folderBytes(folder);
      expect(pauses, "the pause is on record").toBeDefined();
      expect(bytes).toEqual(await folderBytes((await run(LONG, {})).folder));
    });

    test("says a mistake of the user's once, in the trainer's sentence", async () => {
      const { executor } = await start();
      await expect(run({ ...side, learningRate: 1e38 }, { executor })).rejects.toThrow(/member \d, epoch \d, batch \d: the loss is NaN/);
    });

    test.for(faults)("comes to the same bytes though %s", async (fault) => {
      const under = await start(fault);
      const happens = under.faults?.[fault];
      if (!happens) throw new Error(`the exam was told of the fault "${fault}", but open() has none of that name`);
      let done: Promise<void> | undefined;
      const disturbed = await run(side, { executor: under.executor }, (event) => {
        if (isTraining(event, 1, 1)) done ??= happens();
        return false;
      });
      await done;
      expect(done, "happened").toBeDefined();
      expect(await folderBytes(disturbed.folder)).toEqual(wanted.side);
      expect(logged(disturbed), "each event once").toBe(logged(await run(side, {})));
    });

    test.for(fatal)("ends the run with an error, and resumes to the same bytes, when %s", async (fault) => {
      const under = await start(fault);
      const { happens, says } = under.fatal?.[fault] ?? {};
      if (!happens) throw new Error(`the exam was told of the fault "${fault}", but open() has none of that name`);
      let done: Promise<void> | undefined;
      const disturbed = run(side, { executor: under.executor }, (event) => {
        if (isTraining(event, 1, 1)) done ??= happens();
        return false;
      });
      await expect(disturbed).rejects.toThrow(says);
      await done;
      const folder = made.at(-1)!;
      await run(undefined, { resume: folder });
      expect(await folderBytes(folder)).toEqual(wanted.side);
    });
  });
}
