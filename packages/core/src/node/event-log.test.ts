import { appendFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "../events.ts";
import { EventLog, readEvents } from "./event-log.ts";

const event = (message: string): RunEvent => ({ type: "warning", message, clock: { at: 0 } });
const newPath = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), "benn-log-")), "events.jsonl");

async function messages(path: string): Promise<string[]> {
  const read: string[] = [];
  for await (const e of readEvents(path, { follow: false })) if (e.type === "warning") read.push(e.message);
  return read;
}

test("what is appended is read back in order, across chunks", async () => {
  const path = await newPath();
  const log = await EventLog.open(path);
  const sent = Array.from({ length: 3000 }, (_, i) => `line ${i} ä`);
  for (const message of sent) await log.append(event(message));
  await log.close();
  expect(await messages(path)).toEqual(sent);
});

test("a torn last line is cut on opening", async () => {
  const path = await newPath();
  await writeFile(path, `${JSON.stringify(event("whole"))}\n{"type":"warn`);
  const log = await EventLog.open(path);
  await log.append(event("next"));
  await log.close();
  expect(await messages(path)).toEqual(["whole", "next"]);
});

test("cutting drops what came after, and later events follow on", async () => {
  const path = await newPath();
  const log = await EventLog.open(path);
  await log.append(event("kept"));
  const { bytes } = log.extent;
  await log.append(event("dropped"));
  await log.cut(bytes);
  await log.append(event("anew"));
  await expect(log.cut(1e6)).rejects.toThrow("cannot be cut");
  await log.close();
  expect(await messages(path)).toEqual(["kept", "anew"]);
  expect((await readFile(path, "utf8")).endsWith("\n")).toBe(true);
});

test("following waits for lines another process appends, half lines included, and ends with the run", async () => {
  const path = await newPath();
  await writeFile(path, `${JSON.stringify(event("first"))}\n`);
  const seen: string[] = [];
  const done = (async () => {
    for await (const e of readEvents(path, { follow: true })) seen.push(e.type === "warning" ? e.message : e.type);
  })();
  const line = `${JSON.stringify(event("second"))}\n`;
  await appendFile(path, line.slice(0, 10));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await appendFile(path, line.slice(10));
  await appendFile(path, `${JSON.stringify({ type: "run-end", reason: "finished", members: 1, clock: { at: 0 } })}\n`);
  await done;
  expect(seen).toEqual(["first", "second", "run-end"]);
});

test("following ends when its signal aborts", async () => {
  const path = await newPath();
  await writeFile(path, "");
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 50);
  for await (const e of readEvents(path, { follow: true, signal: abort.signal })) expect(e).toBeUndefined();
});
