import { join } from "node:path";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { DecoderPool } from "./decoder-pool.ts";
import type { FileRange } from "./file-range.ts";

/** A picture with a smooth pattern. */
async function picture(): Promise<string> {
  const path = join(await temporaryFolder(), "picture.jpg");
  const pixels = Uint8Array.from({ length: 3 * 40 * 40 }, (_, i) => (i * 7) % 256);
  await sharp(pixels, { raw: { width: 40, height: 40, channels: 3 } }).toFile(path);
  return path;
}
const places = (path: string, count: number): FileRange[] => Array.from({ length: count }, () => ({ path, offset: 0, length: -1 }));

function newPool(threads: number): DecoderPool {
  const pool = new DecoderPool({
    dataset: "set",
    entry: new URL("../../test/decode-thread.ts", import.meta.url),
    recipe: undefined,
    bytesEach: 768,
    threads,
  });
  onTestFinished(() => pool.dispose());
  return pool;
}

test("a thread that dies is an error that names the file, for what runs and for what comes", async () => {
  const path = await picture();
  const pool = newPool(2);
  await pool.decode(places(path, 2)).finished;
  const long = pool.decode(places(path, 3000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await pool.workers[1]?.terminate();
  await expect(long.finished).rejects.toThrow(`a decoding thread died while reading "${path}": it ended with code 1`);
  await expect(pool.decode(places(path, 1)).finished).rejects.toThrow("a decoding thread died");
});

test("disposing ends the threads and what they were at, twice over or before they began", async () => {
  const path = await picture();
  const pool = newPool(2);
  const running = pool.decode(places(path, 3000));
  await pool.dispose();
  await expect(running.finished).rejects.toThrow("was disposed");
  await pool.dispose();
  await expect(pool.decode(places(path, 1)).finished).rejects.toThrow("was disposed");
  const idle = newPool(1);
  await idle.dispose();
  expect(idle.workers).toHaveLength(0);
});

test("a batch that is released is broken off, and its memory serves the next", async () => {
  const path = await picture();
  const pool = newPool(1);
  const dropped = pool.decode(places(path, 5000));
  dropped.release();
  await dropped.finished;
  expect(pool.spareBytes).toBe(5000 * 768);
  const next = pool.decode(places(path, 3));
  expect(pool.spareBytes).toBe(0);
  expect(await next.finished).toEqual([]);
  expect(next.bytes).toHaveLength(3 * 768);
  next.release();
  next.release();
  expect(pool.spareBytes).toBe(5000 * 768);
  expect(await pool.decode([]).finished).toEqual([]);
});
