import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { Profiler } from "./profiler.ts";
import { wasmBackend } from "./wasm-backend.ts";

const backend = wasmBackend.create({ memory: 1024, simd: "auto", threads: 1, gradients: "exact" });

test("a product's multiply-adds are counted, and held against the float32 limit of this machine", async () => {
  await backend.activate();
  const [a, b] = [tf.ones([40, 30]), tf.ones([30, 20])];
  const rows = await backend.profile?.(() => {
    tf.dispose([tf.matMul(a, b), tf.matMul(a, b)]);
  });
  const product = rows?.find(({ part }) => part === "matmul");
  expect(product).toMatchObject({ calls: 2, macs: 2 * 40 * 30 * 20, bound: "multiplyAdds" });
  tf.dispose([a, b]);
});

test("the profiler is gone again when what it times throws", async () => {
  await backend.activate();
  const failing = backend.profile?.(() => {
    throw new Error("no good");
  });
  await expect(failing).rejects.toThrow("no good");
  expect(tf.backend()).toMatchObject({ profiler: undefined });
});

test("multiply-adds of bits have no limit, those of floats and bytes have theirs, and what counts nothing has none", () => {
  const profiler = new Profiler();
  profiler.kernel("Conv", () => {
    profiler.ran("conv2dFilterGrad", 4, { macs: 9, bytes: 8 });
    profiler.ran("binaryConv2d", 3, { macs: 9, bytes: 8 });
    profiler.ran("moments", 2, { bytes: 8 });
    profiler.ran("moments", 1, { bytes: 8 });
  });
  const rows = profiler.rows().filter(({ part }) => part !== "");
  expect(rows).toEqual([
    { kernel: "Conv", part: "conv2dFilterGrad", calls: 1, milliseconds: 4, macs: 9, bytes: 8, bound: "multiplyAdds" },
    { kernel: "Conv", part: "binaryConv2d", calls: 1, milliseconds: 3, macs: 9, bytes: 8 },
    { kernel: "Conv", part: "moments", calls: 2, milliseconds: 3, bytes: 16, bound: "bytes" },
  ]);
});

test("the limits of the machine are some number of multiply-adds and bytes a second", async () => {
  await backend.activate();
  const limits = await backend.limits?.();
  expect(limits?.multiplyAdds).toBeGreaterThan(1e6);
  expect(limits?.bytes).toBeGreaterThan(1e6);
});
