import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { checkRun } from "@benn/core/node";
import * as tf from "@benn/core/tensorflow";
import { disk, type FileSystem, type OpenFile } from "../../packages/core/src/node/file-system.ts";
import { folderBytes } from "../../packages/core/src/node/folder-bytes.ts";
import { drawsOf, type Exam, Fault, oneOf, type Part, type Setting, tryEach } from "./part.ts";
import { differenceOf, goOn, openToyRuns, runIn, type ToyRun } from "./toy/toy-runs.ts";

/** Trials at full share; one in eight fills a real disk. */
const TRIALS = 320;
const REAL = 8;

/** As Linux reports a full disk, a quota, a device error and a read-only file system. */
const CODES = ["ENOSPC", "EDQUOT", "EIO", "EROFS"] as const;

export const fullDisk: Part = {
  name: "full-disk",
  summary:
    "From a drawn operation on the disk refuses to write (full, over quota, broken, read-only), for a while or for good, in the middle of a write or at its start; every eighth trial fills a real file system in memory. " +
    "The run must end with a sentence or go on, and must reach the bytes of a run undisturbed once there is room.",
  open,
};

async function open(setting: Setting): Promise<Exam> {
  await tf.setBackend("cpu");
  const runs = (await openToyRuns(setting.folder)).filter(({ threads }) => !threads);
  const wholes = new Map<ToyRun, { readonly wanted: Readonly<Record<string, string>>; readonly operations: number }>();
  for (const run of runs) {
    const out = join(setting.folder, `whole-${run.name}`);
    const { files, count } = refusing({ from: Infinity, times: 0, code: "ENOSPC", half: false });
    await goOn(run, out, { files });
    wholes.set(run, { wanted: await folderBytes(runIn(out)), operations: count() });
  }
  const small = mountSmallDisk(join(setting.folder, "small"));
  return {
    trials: TRIALS,
    run: tryEach(async (number) => {
      const random = drawsOf(setting, "full-disk", number);
      const run = runs[number % runs.length] as ToyRun;
      const { wanted, operations } = wholes.get(run)!;
      const real = small !== undefined && number % REAL === REAL - 1;
      const out = join(real ? small : setting.folder, String(number));
      let sentence: string | undefined;
      const attempt = async (work: () => Promise<void>): Promise<void> => {
        try {
          await work();
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          sentence = error.message;
        }
      };
      if (real) {
        const fullAt = random.integer(20);
        let event = 0;
        const ballast = join(small, "ballast");
        await attempt(() => goOn(run, out, { onEvent: () => void (event++ === fullAt && fill(small, ballast)) }));
        rmSync(ballast, { force: true });
      } else {
        const { files } = refusing({
          from: 1 + random.integer(operations),
          // Permanent failures take seconds, because possibly temporary ones are retried.
          times: random.integer(6) === 0 ? Infinity : 1 + random.integer(4),
          code: oneOf(CODES, random),
          half: random.integer(2) === 0,
        });
        await attempt(() => goOn(run, out, { files }));
      }
      const about = `${run.name}${sentence === undefined ? "" : ` ("${sentence}")`}`;
      if (sentence !== undefined && !/cannot be (?:written|made)|has \d+ MB free/.test(sentence))
        throw new Fault(`${about}: does not say what the disk did`);
      await goOn(run, out);
      const difference = await differenceOf(runIn(out), wanted);
      if (difference !== undefined) throw new Fault(`${about}: ${difference}`);
      const { damaged } = await checkRun(runIn(out));
      if (damaged[0]) throw new Fault(`${about}: ${damaged[0].reason}`);
      rmSync(out, { recursive: true });
      return `${sentence === undefined ? "went on" : "ended with a sentence and was gone on with"}${real ? " (a real disk)" : ""}`;
    }),
    notes: () => (small === undefined ? ["no file system in memory could be mounted here, so that no real disk was filled"] : []),
    close: async () => {
      if (small !== undefined) execFileSync("umount", [small]);
    },
  };
}

interface Refusal {
  /** Number of the first operation that fails, from 1. */
  readonly from: number;
  /** Number of failures. */
  readonly times: number;
  readonly code: (typeof CODES)[number];
  /** Whether half of the data is written first. */
  readonly half: boolean;
}

/** A disk that refuses writes for a while. Removing and closing still work. */
function refusing({ from, times, code, half }: Refusal): { readonly files: FileSystem; count(): number } {
  let operation = 0;
  const refuses = (): boolean => {
    operation += 1;
    return operation >= from && operation < from + times;
  };
  const refuse = (syscall: string, path: string): never => {
    throw Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
  };
  const guarded =
    <A extends unknown[], R>(syscall: string, path: string, work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (refuses()) refuse(syscall, path);
      return await work(...args);
    };
  const files: FileSystem = {
    ...disk,
    async open(path, flags) {
      if (refuses()) refuse("open", path);
      const file = await disk.open(path, flags);
      const writing =
        (write: (bytes: Uint8Array) => Promise<void>) =>
        async (data: unknown): Promise<void> => {
          const bytes = Buffer.from(data as Uint8Array);
          if (refuses()) {
            if (half) await write(bytes.subarray(0, bytes.length >> 1));
            refuse("write", path);
          }
          await write(bytes);
        };
      return {
        appendFile: writing((bytes) => file.appendFile(bytes)) as OpenFile["appendFile"],
        writeFile: writing((bytes) => file.writeFile(bytes)) as OpenFile["writeFile"],
        sync: guarded("fsync", path, () => file.sync()),
        truncate: file.truncate.bind(file),
        stat: file.stat.bind(file),
        read: file.read.bind(file),
        close: () => file.close(),
      };
    },
    rename: (before, after) => guarded("rename", after, () => disk.rename(before, after))(),
    mkdir: (path) => guarded("mkdir", path, () => disk.mkdir(path))(),
  };
  return { files, count: () => operation };
}

/** A file system of two megabytes; undefined if this process may not mount one. */
function mountSmallDisk(folder: string): string | undefined {
  mkdirSync(folder);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    return undefined;
  }
}

/** Leaves no byte free. */
function fill(folder: string, ballast: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
}
