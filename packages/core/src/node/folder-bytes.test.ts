import { createHash } from "node:crypto";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderBytes } from "./folder-bytes.ts";

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "benn-bytes-"));
  for (const name of ["members/000", "checkpoint"]) await mkdir(join(path, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

test("a folder's contents are its files by path, the log without what the clock and the run's name say", async () => {
  const event = (more: object) => JSON.stringify({ type: "epoch", loss: 2, ...more });
  const own = await folder({
    "experiment.json": "{}",
    "members/000/weights.bin": "abc",
    "checkpoint/last.safetensors": "x",
    "events.jsonl": `${event({ clock: { at: 3 }, run: "a" })}\n${event({ loss: 1 })}\n`,
  });
  const bytes = await folderBytes(own);
  expect(bytes).toEqual({
    "checkpoint/last.safetensors": "",
    "events.jsonl": '{"type":"epoch","loss":2}\n{"type":"epoch","loss":1}',
    "experiment.json": createHash("sha256").update("{}").digest("hex"),
    "members/000/weights.bin": createHash("sha256").update("abc").digest("hex"),
  });
  expect(Object.keys(bytes)).toEqual(Object.keys(bytes).toSorted());
});
