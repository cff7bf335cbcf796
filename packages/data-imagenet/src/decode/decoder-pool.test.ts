import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FOLDERS, SYNSETS } from "../../test/sets.ts";
import type { Place } from "../sources/pictures.ts";
import { DecoderPool } from "./decoder-pool.ts";
import type { Recipe } from "./recipe.ts";

const recipe: Recipe = {
  size: 16,
  resize: 20,
  fit: "short-side",
  augment: "none",
  flip: false,
  minArea: 1,
  channels: "rgb",
  mean: new Float32Array(3),
  deviation: Float32Array.of(1, 1, 1),
};
const path = join(FOLDERS, "train", SYNSETS[0], `${SYNSETS[0]}_0.JPEG`);
const places = (count: number): Place[] => Array.from({ length: count }, () => ({ path, offset: 0, length: -1, form: "file" }));

function newPool(threads: number): DecoderPool {
  const pool = new DecoderPool(recipe, threads);
  onTestFinished(() => pool.dispose());
  return pool;
}

test("a thread that dies is an error that names the file, for what runs and for what comes", async () => {
  const pool = newPool(2);
  await pool.decode(places(2)).finished;
  const long = pool.decode(places(3000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await pool.workers[1]?.terminate();
  await expect(long.finished).rejects.toThrow(`a decoding thread died while reading "${path}": it ended with code 1`);
  await expect(pool.decode(places(1)).finished).rejects.toThrow("a decoding thread died");
});

test("disposing ends the threads and what they were at, twice over or before they began", async () => {
  const pool = newPool(2);
  const running = pool.decode(places(3000));
  await pool.dispose();
  await expect(running.finished).rejects.toThrow("was disposed");
  await pool.dispose();
  await expect(pool.decode(places(1)).finished).rejects.toThrow("was disposed");
  const idle = newPool(1);
  await idle.dispose();
  expect(idle.workers).toHaveLength(0);
});

test("a batch that is released is broken off, and its memory serves the next", async () => {
  const pool = newPool(1);
  const dropped = pool.decode(places(5000));
  dropped.release();
  await dropped.finished;
  expect(pool.spareBytes).toBe(4 * 5000 * 768);
  const next = pool.decode(places(3));
  expect(pool.spareBytes).toBe(0);
  expect(await next.finished).toEqual([]);
  expect(next.values).toHaveLength(3 * 768);
  next.release();
  next.release();
  expect(pool.spareBytes).toBe(4 * 5000 * 768);
  expect(await pool.decode([]).finished).toEqual([]);
});
