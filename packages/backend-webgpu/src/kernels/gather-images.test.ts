import { MOVE_NUMBERS, moveImages, type Moves } from "@benn/core";
import { createRandom, runTrainingKernel } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { create } from "../../test/use-software-gpu.ts";

const SHAPE = [7, 5, 3] as const;
const SIZE = 7 * 5 * 3;
const IMAGES = 4;

test.for<Moves["padding"]>(["zeros", "reflect"])("images are gathered and moved as on the CPU, with a padding of %s", async (padding) => {
  await create().activate();
  const random = createRandom(3, padding);
  const pixels = Float32Array.from({ length: IMAGES * SIZE }, (_, i) => i + 1);
  const rows = Int32Array.from({ length: 60 }, () => random.integer(IMAGES));
  const within = (side: number): number => random.integer(2 * side - 1) - (side - 1);
  const cut = (side: number): number => random.integer(side + 3) - 1;
  const [height, width] = SHAPE;
  const move = (): number[] => [random.integer(2), within(height), within(width), cut(height), cut(width), cut(height), cut(width)];
  const values = Int32Array.from(Array.from(rows, move).flat());
  const images = tf.tensor4d(pixels, [IMAGES, ...SHAPE]);
  const inputs = { images, rows: tf.tensor1d(rows, "int32"), moves: tf.tensor2d(values, [rows.length, MOVE_NUMBERS], "int32") };
  const [moved] = runTrainingKernel("GatherImages", inputs, { reflect: Number(padding === "reflect") }) ?? [];
  const gathered = Float32Array.from(Array.from(rows, (row) => [...pixels.subarray(row * SIZE, (row + 1) * SIZE)]).flat());
  expect(moved?.shape).toEqual([rows.length, ...SHAPE]);
  expect(await moved?.data()).toEqual(moveImages(gathered, SHAPE, { values, padding }));
  for (const tensor of [...Object.values(inputs), moved]) tensor?.dispose();
});
