import * as tf from "../tensorflow.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Augment } from "../augment.ts";
import { createAugment } from "../augment.ts";
import type { Split } from "../dataset.ts";
import { MOVE_NUMBERS, moveImages, type Moves } from "../moves.ts";
import { OutOfMemoryError } from "../out-of-memory.ts";
import { ResidentImages } from "./resident-images.ts";

const shape = [3, 2, 1] as const;
const size = 6;
let failure: Error | undefined;

// TensorFlow.js's own backend under another name, with the kernel of a backend that has its own memory.
beforeAll(async () => {
  await tf.setBackend("cpu");
  tf.registerBackend("with-memory", () => tf.findBackend("cpu"));
  tf.copyRegisteredKernels("cpu", "with-memory");
  tf.registerKernel({
    kernelName: "GatherImages",
    backendName: "with-memory",
    kernelFunc({ inputs, attrs }) {
      if (failure) throw failure;
      const { images, rows, moves } = inputs as unknown as Record<"images" | "rows" | "moves", tf.Tensor>;
      const picked = tf.gather(images, rows);
      if (!moves) return picked;
      const padding = (attrs as { reflect: number }).reflect === 1 ? "reflect" : "zeros";
      const values = moves.dataSync<"int32">();
      return tf.tensor(moveImages(picked.dataSync<"float32">(), shape, { values, padding }), picked.shape);
    },
  });
  await tf.setBackend("with-memory");
});
afterAll(() => void tf.setBackend("cpu"));

/** Moves that differ between rows and depend on the augment's generator. */
function movesOf(rows: Int32Array, { random }: Augment, padding: Moves["padding"]): Moves {
  const values = new Int32Array(MOVE_NUMBERS * rows.length);
  for (let i = 0; i < rows.length; i++)
    values.set([random.integer(2), random.integer(2), random.integer(2), 0, 0, 1, random.integer(2)], i * MOVE_NUMBERS);
  return { values, padding };
}

function splitOf(rows: number, padding: Moves["padding"] = "reflect"): Split & Required<Pick<Split, "moves">> {
  const moves = (wanted: Int32Array, augment: Augment): Moves => movesOf(wanted, augment, padding);
  return {
    labels: new Int32Array(rows),
    moves,
    images(wanted, augment) {
      const images = Float32Array.from({ length: wanted.length * size }, (_, i) => size * wanted[Math.floor(i / size)]! + (i % size) + 1);
      return augment ? moveImages(images, shape, moves(wanted, augment)) : images;
    },
  };
}

const augment = () => createAugment(1, 0, 0, 0);
const numbers = (tensor: tf.Tensor): Float32Array => {
  const values = tensor.dataSync<"float32">();
  tensor.dispose();
  return values;
};

test("a batch has the images that the split gives, of any rows of a set that is sent in several goes", async () => {
  const split = splitOf(2005);
  const before = tf.memory().numTensors;
  const resident = await ResidentImages.of(split, shape);
  expect(tf.memory().numTensors).toBe(before + 1);
  const rows = Int32Array.of(0, 2004, 999, 1000, 1001, 2000, 1999, 5);
  const batch = resident!.batch({ rows });
  expect(batch.shape).toEqual([8, 3, 2, 1]);
  expect(numbers(batch)).toEqual(await split.images(rows));
  expect(numbers(resident!.batch({ rows }, 2, 5))).toEqual(await split.images(rows.subarray(2, 5)));
  resident!.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("they are moved as the split moves them, a part as the whole batch is there", async () => {
  for (const padding of ["reflect", "zeros"] as const) {
    const split = splitOf(9, padding);
    const resident = await ResidentImages.of(split, shape);
    const rows = Int32Array.of(8, 3, 3, 1, 0, 6);
    const whole = await split.images(rows, augment());
    expect(whole).not.toEqual(await split.images(rows));
    expect(numbers(resident!.batch({ rows, augment }))).toEqual(whole);
    expect(numbers(resident!.batch({ rows, augment }, 2, 5))).toEqual(whole.subarray(2 * size, 5 * size));
    resident!.dispose();
  }
});

test("nothing stays where the split does not say how it moves its images, has no rows, or is too large", async () => {
  const { moves: _moves, ...still } = splitOf(3);
  expect(await ResidentImages.of(still, shape)).toBeUndefined();
  expect(await ResidentImages.of(splitOf(0), shape)).toBeUndefined();
  const large = splitOf(2 ** 18 + 1);
  expect(await ResidentImages.of({ ...large, images: () => expect.fail("too large to be read") }, [32, 32, 1])).toBeUndefined();
  await tf.setBackend("cpu");
  expect(await ResidentImages.of(splitOf(3), shape)).toBeUndefined();
  await tf.setBackend("with-memory");
});

test("a device that is full gets its images batch by batch; any other failure is one", async () => {
  const before = tf.memory().numTensors;
  failure = new OutOfMemoryError("full");
  expect(await ResidentImages.of(splitOf(3), shape)).toBeUndefined();
  failure = new Error("lost");
  await expect(ResidentImages.of(splitOf(3), shape)).rejects.toThrow("lost");
  failure = undefined;
  expect(tf.memory().numTensors).toBe(before);
});

test("a batch on another backend is refused", async () => {
  const resident = await ResidentImages.of(splitOf(3), shape);
  await tf.setBackend("cpu");
  expect(() => resident!.batch({ rows: Int32Array.of(0) })).toThrow("GatherImages: the backend that has it is no longer the current one");
  await tf.setBackend("with-memory");
  resident!.dispose();
});
