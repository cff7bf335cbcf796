import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { RunControl } from "../run-control.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { disk, type FileSystem } from "./file-system.ts";
import { folderBytes } from "./folder-bytes.ts";
import { newOut, toyConfig } from "./run-toy.ts";
import { train, type TrainOptions } from "./train.ts";

const container = toyContainer();
const config = { ...toyConfig, scheme: "boost", epochs: 4 } satisfies Config;

let events: RunEvent[] = [];
beforeEach(() => void (events = []));

async function run(options: Partial<TrainOptions>): Promise<string> {
  let folder = "";
  const settings = options.resume === undefined ? config : undefined;
  for await (const event of train(settings, { container, onFolder: (path) => (folder = path), ...options })) events.push(event);
  return folder;
}

const warnings = (): string[] => events.flatMap((event) => (event.type === "warning" && event.member === undefined ? [event.message] : []));

let whole: Record<string, string> = {};
beforeAll(async () => {
  await tf.setBackend("cpu");
  whole = await folderBytes(await run({ out: await newOut() }));
});

/** An error as the system throws it. */
const systemError = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code, syscall: "rename", path });

/** The disk, except that renames fail where `fails` returns true. */
function failing(code: string, fails: (path: string, nth: number) => boolean): FileSystem {
  let n = 0;
  return {
    ...disk,
    async rename(from, to) {
      if (fails(to, ++n)) throw systemError(code, to);
      await disk.rename(from, to);
    },
  };
}

test.each(["EBUSY", "EIO", "ENOSPC", "EACCES"])(
  "a checkpoint that fails with %s is a warning, and the run goes on to the same bytes",
  async (code) => {
    let n = 0;
    const files = failing(code, (path) => path.endsWith("latest.safetensors") && n++ % 3 === 0);
    const folder = await run({ out: await newOut(), files });
    expect(events.at(-1)).toMatchObject({ type: "run-end", reason: "finished" });
    expect(warnings()[0]).toMatch(
      new RegExp(`latest\\.safetensors: cannot be written: .*\\(${code}\\)\\. .* The checkpoint before stands`),
    );
    expect(await folderBytes(folder)).toEqual(whole);
    expect(await readFile(join(folder, "events.jsonl"), "utf8")).not.toContain(code);
    expect(existsSync(join(folder, "checkpoint/latest.safetensors.part"))).toBe(false);
  },
);

test("many that fail in a row are one warning, and one more when they are over", async () => {
  let n = 0;
  await run({ out: await newOut(), files: failing("ENOSPC", (path) => path.endsWith("latest.safetensors") && ++n <= 3) });
  expect(warnings()).toEqual([
    expect.stringContaining("the disk is full"),
    expect.stringContaining("written again, after 3 that were not"),
  ]);
});

test("events that the disk refuses for a while are written later, in their order", async () => {
  let appends = 0;
  const files: FileSystem = {
    ...disk,
    async open(path, flags) {
      const file = await disk.open(path, flags);
      const appendFile = file.appendFile.bind(file);
      file.appendFile = async (data, options) => {
        if (++appends < 9 && appends > 3) {
          await appendFile((data as Buffer).subarray(0, 5), options); // half a line, as on a full disk
          throw systemError("ENOSPC", path);
        }
        await appendFile(data, options);
      };
      return file;
    },
  };
  const folder = await run({ out: await newOut(), files });
  expect(warnings()[0]).toContain("events.jsonl: cannot be written: the disk is full (ENOSPC)");
  expect(await folderBytes(folder)).toEqual(whole);
});

test("a file of a member that is busy for a moment is written all the same; one that stays so ends the run with a sentence", async () => {
  let n = 0;
  const folder = await run({ out: await newOut(), files: failing("EBUSY", (path) => path.endsWith("weights.bin") && ++n === 1) });
  expect(await folderBytes(folder)).toEqual(whole);
  const out = await newOut();
  const files = failing("EROFS", (path) => path.endsWith("001/member.json"));
  await expect(run({ out, files })).rejects.toThrow(/001\/member\.json: cannot be written: its file system is read-only \(EROFS\)/);
  const resumed = await run({ resume: join(out, "toy") });
  expect(await folderBytes(resumed)).toEqual(whole);
});

test("a run that is asked to stop and cannot save does not claim to have saved", async () => {
  const control = new RunControl();
  const out = await newOut();
  const files = failing("ENOSPC", (path) => control.stop !== "no" && path.endsWith("latest.safetensors"));
  const running = (async () => {
    for await (const event of train(config, { container, out, control, files })) {
      events.push(event);
      if (event.type === "step" && event.epoch === 2) control.stopNow();
    }
  })();
  await expect(running).rejects.toThrow("latest.safetensors: cannot be written: the disk is full (ENOSPC)");
  expect(events.map(({ type }) => type)).not.toContain("run-end");
  expect(await folderBytes(await run({ resume: join(out, "toy") }))).toEqual(whole);
});

test("a run whose folder is deleted while it trains ends with a sentence that names the folder", async () => {
  const out = await newOut();
  const running = (async () => {
    for await (const event of train(config, { container, out })) {
      if (event.type === "epoch" && event.epoch === 1) await rm(join(out, "toy"), { recursive: true });
    }
  })();
  await expect(running).rejects.toThrow(
    /toy\/.* cannot be written: its folder does not exist \(ENOENT\)\. Was it moved or deleted meanwhile\?/,
  );
});

test("a log that another program moves or cuts while the run trains causes a warning, and is restored where possible", async () => {
  const out = await newOut();
  const log = join(out, "toy", "events.jsonl");
  const during = async (work: () => Promise<void>): Promise<string> => {
    await rm(join(out, "toy"), { recursive: true, force: true });
    events = [];
    for await (const event of train(config, { container, out })) {
      events.push(event);
      if (event.type === "epoch" && event.member === 1 && event.epoch === 0) await work();
    }
    return join(out, "toy");
  };
  const moved = await during(() => rm(log));
  expect(warnings()).toEqual([expect.stringContaining("was moved or deleted by another program")]);
  expect(await folderBytes(moved)).toEqual(whole);
  const { truncate } = await import("node:fs/promises");
  const cut = await during(() => truncate(log, 0));
  expect(warnings()).toEqual([expect.stringMatching(/was changed by another program while the run trains, from \d+ bytes to \d+/)]);
  await run({ resume: cut }); // the remaining files match the checkpoint
});
