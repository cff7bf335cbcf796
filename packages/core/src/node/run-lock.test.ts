import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockRun } from "./run-lock.ts";

const newFolder = () => mkdtempSync(join(tmpdir(), "benn-lock-"));
const { pid: gone } = spawnSync(process.execPath, ["--version"]);

test("a held lock is refused and names its holder; a returned one is free again", async () => {
  const folder = newFolder();
  const unlock = await lockRun(folder);
  await expect(lockRun(folder)).rejects.toThrow(`is in use by process ${process.pid}`);
  await unlock();
  await (
    await lockRun(folder)
  )();
  expect(readdirSync(folder)).toEqual([]);
});

test("a lock left by a process that is gone, or by nobody who can be told, is taken over", async () => {
  for (const left of [JSON.stringify({ pid: gone, host: hostname() }), "", "{"]) {
    const folder = newFolder();
    writeFileSync(join(folder, "lock.json"), left);
    const unlock = await lockRun(folder);
    expect(readdirSync(folder)).toEqual(["lock.json"]);
    await unlock();
  }
});

test("a lock of another machine is never taken over", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "lock.json"), JSON.stringify({ pid: gone, host: "elsewhere" }));
  await expect(lockRun(folder)).rejects.toThrow("on elsewhere");
  expect(existsSync(join(folder, "lock.json"))).toBe(true);
});

test("of many that take over a stale lock at once exactly one gets it", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "lock.json"), JSON.stringify({ pid: gone, host: hostname() }));
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockRun(folder)));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});
