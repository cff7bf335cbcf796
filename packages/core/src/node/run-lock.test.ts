import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { processStart } from "./process-start.ts";
import { isTraining, lockRun, SILENCE_MINUTES } from "./run-lock.ts";

const newFolder = () => mkdtempSync(join(tmpdir(), "benn-lock-"));
const { pid: gone } = spawnSync(process.execPath, ["--version"]);

/** A folder with a lock of this age in minutes. */
function locked(holder: unknown, minutes = 0): string {
  const folder = newFolder();
  const path = join(folder, "lock.json");
  writeFileSync(path, typeof holder === "string" ? holder : JSON.stringify(holder));
  const then = Date.now() / 1000 - 60 * minutes;
  utimesSync(path, then, then);
  return folder;
}

const own = async () => ({ pid: process.pid, host: hostname(), start: await processStart(process.pid) });

test("a held lock is refused and names its holder; a returned one is free again", async () => {
  const folder = newFolder();
  const lock = await lockRun(folder);
  expect(await isTraining(folder)).toBe(true);
  await expect(lockRun(folder)).rejects.toThrow(`is in use by process ${process.pid}`);
  await lock.release();
  expect(await isTraining(folder)).toBe(false);
  await (await lockRun(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ["a process that is gone", { pid: gone, host: hostname() }],
  ["no process: kill takes such numbers for groups", { pid: -1, host: hostname() }],
  ["no process at all", { pid: 0, host: hostname() }],
  ["our own number, from before signs of life", { pid: process.pid, host: hostname() }],
  ["unknown origin: empty", ""],
  ["unknown origin: half written", "{"],
  ["unknown origin: null", "null"],
  ["unknown origin: another form", { pid: "12", host: 3 }],
])("a lock of %s is taken over", async (_, left) => {
  const folder = locked(left);
  expect(await isTraining(folder)).toBe(false);
  const lock = await lockRun(folder);
  expect(readdirSync(folder)).toEqual(["lock.json"]);
  await lock.release();
});

test("a lock of our own number from an earlier process, as after a container's start, is taken over", async () => {
  const { start, ...holder } = await own();
  for (const earlier of [
    { ...start, at: start!.at - 100 },
    { ...start, boot: "another start of the machine" },
  ]) {
    await (await lockRun(locked({ ...holder, id: "earlier", start: earlier }))).release();
  }
});

test("a lock whose process number another process has by now is taken over", async () => {
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  onTestFinished(() => void other.kill());
  const start = await processStart(other.pid!);
  const holder = { pid: other.pid, host: hostname(), id: "x" };
  await expect(lockRun(locked({ ...holder, start }))).rejects.toThrow("is in use by process");
  if (start?.boot) await (await lockRun(locked({ ...holder, start: { ...start, at: start.at - 1 } }))).release();
});

test("a lock of another machine is refused while it gives signs of life, and taken over when it has given none for long", async () => {
  const holder = { pid: gone, host: "elsewhere", id: "x" };
  const fresh = locked(holder, SILENCE_MINUTES - 1);
  await expect(lockRun(fresh)).rejects.toThrow(
    /is in use by process \d+ on elsewhere, which gave its last sign of life \d min(?: \d+ s)? ago\. After 10 minutes without one it counts as gone\. .*--take-over/,
  );
  expect(existsSync(join(fresh, "lock.json"))).toBe(true);
  expect(await isTraining(fresh)).toBe(true);
  const silent = locked(holder, SILENCE_MINUTES + 1);
  expect(await isTraining(silent)).toBe(false);
  await (await lockRun(silent)).release();
});

test("a lock of another machine by an older version gives no signs of life, and is taken over on demand alone", async () => {
  const folder = locked({ pid: gone, host: "elsewhere" }, 600);
  await expect(lockRun(folder)).rejects.toThrow("It was locked by an older version, which gives no signs of life.");
  await (await lockRun(folder, { takeOver: true })).release();
});

test("a holder whose run was taken over finds out before it writes, and leaves the lock to the other", async () => {
  const folder = newFolder();
  const lock = await lockRun(folder);
  await lock.check();
  const other = await lockRun(folder, { takeOver: true });
  await expect(lock.check()).rejects.toThrow("was taken over by process");
  await lock.release();
  await other.check();
  expect(existsSync(join(folder, "lock.json"))).toBe(true);
  await other.release();
});

test("a holder gives signs of life, but not with a lock that was taken from it", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const folder = newFolder();
  const path = join(folder, "lock.json");
  const lock = await lockRun(folder);
  utimesSync(path, 1, 1);
  vi.advanceTimersByTime(60_000);
  await vi.waitFor(() => expect(statSync(path).mtimeMs).toBeGreaterThan(1e12));
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
  await lock.check();
  const other = JSON.stringify({ pid: 4242, host: "elsewhere", id: "other" });
  writeFileSync(path, other);
  vi.advanceTimersByTime(60_000);
  await setTimeout(50);
  expect(readFileSync(path, "utf8")).toBe(other);
  await lock.release();
});

test("what was left of locks by processes that are gone is removed, that of a living one is not", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, `lock.json.${gone}-0`), "{}");
  writeFileSync(join(folder, "lock.json.part"), "{}");
  writeFileSync(join(folder, `lock.json.${process.ppid}-0`), "{}");
  const lock = await lockRun(folder);
  expect(readdirSync(folder).toSorted()).toEqual(["lock.json", `lock.json.${process.ppid}-0`]);
  await lock.release();
});

test("a claim left by a killed process expires", async () => {
  const folder = newFolder();
  mkdirSync(join(folder, "lock.json.claim"));
  const lock = await lockRun(folder);
  expect(JSON.parse(readFileSync(join(folder, "lock.json"), "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
  await lock.release();
});

test("of many that take over a stale lock at once exactly one gets it", async () => {
  const folder = locked({ pid: gone, host: hostname() });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockRun(folder)));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("a folder in the lock's place, and one that is gone, are a sentence", async () => {
  const folder = newFolder();
  mkdirSync(join(folder, "lock.json"));
  await expect(lockRun(folder)).rejects.toThrow(/lock\.json: cannot be written: .*\(E\w+\)/);
  await expect(lockRun(join(folder, "none"))).rejects.toThrow("cannot be made: its folder does not exist (ENOENT)");
});
