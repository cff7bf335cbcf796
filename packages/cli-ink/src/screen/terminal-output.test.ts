import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync } from "node:fs";
import { EventEmitter } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WriteStream } from "node:tty";
import { expect, test } from "vitest";
import { terminalOutput } from "./terminal-output.ts";

const folder = mkdtempSync(join(tmpdir(), "benn-output-"));
const terminal = (fd: number): WriteStream => Object.assign(new EventEmitter(), { fd, columns: 80, rows: 24 }) as unknown as WriteStream;

test("what is written comes out whole and in order, and resizes are passed on", async () => {
  const path = join(folder, "out");
  const fd = openSync(path, "w");
  const where = terminal(fd);
  const { stream, drain, isBehind } = terminalOutput(where);
  let resized = 0;
  stream.on("resize", () => (resized += 1));
  where.emit("resize");
  for (let i = 0; i < 200; i++) stream.write(`line ${i}\n`);
  expect(isBehind()).toBe(true);
  await drain();
  closeSync(fd);
  expect(isBehind()).toBe(false);
  expect(readFileSync(path, "utf8")).toBe(Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join(""));
  expect([stream.columns, stream.rows, stream.isTTY, resized]).toEqual([80, 24, true, 1]);
});

test("a terminal that takes nothing holds up neither timers nor keys, and is known to be behind", async () => {
  const path = join(folder, "fifo");
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, "w");
  const { stream, drain, isBehind } = terminalOutput(terminal(writer));
  const frame = Buffer.alloc(300_000, "x"); // more than a pipe holds
  stream.write(frame);
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 5);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(ticks).toBeGreaterThan(3);
  expect(isBehind()).toBe(true);
  let read = 0;
  const chunk = Buffer.alloc(1 << 16);
  const taking = setInterval(() => {
    try {
      read += readSync(reader, chunk);
    } catch {
      // Nothing to read at the moment.
    }
  }, 1);
  await drain();
  while (read < frame.length) await new Promise((resolve) => setTimeout(resolve, 5));
  clearInterval(timer);
  clearInterval(taking);
  closeSync(reader);
  closeSync(writer);
  expect(read).toBe(frame.length);
  expect(isBehind()).toBe(false);
});
