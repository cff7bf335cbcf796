import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isTraining } from "./is-training.ts";

const folder = mkdtempSync(join(tmpdir(), "benn-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const lock = (text: string) => writeFileSync(join(folder, "lock.json"), text);

test("a run is trained while the process of its lock lives, or if another machine holds it", async () => {
  expect(await isTraining(folder)).toBe(false);
  lock(JSON.stringify({ pid: process.pid, host: hostname() }));
  expect(await isTraining(folder)).toBe(true);
  lock(JSON.stringify({ pid: 2 ** 30, host: hostname() }));
  expect(await isTraining(folder)).toBe(false);
  lock(JSON.stringify({ pid: 2 ** 30, host: "elsewhere" }));
  expect(await isTraining(folder)).toBe(true);
  lock("{"); // being written
  expect(await isTraining(folder)).toBe(true);
});
