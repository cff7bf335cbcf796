import { createContainer, BACKENDS } from "@benn/core";
import { OutOfMemoryError } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomValues } from "../test/random-values.ts";
import { expectClose, run } from "../test/use-backend.ts";
import { WasmBackend } from "./backend.ts";
import plugin from "./index.ts";
import { compileKernels, instantiateKernels } from "./instance.ts";
import { BACKEND_NAME, registerWasmBackend } from "./register.ts";
import { TensorMemory } from "./tensor-memory.ts";
import { ThreadPool } from "./thread-pool.ts";

const convolution = () => {
  const inputs = {
    x: [randomValues(2 * 9 * 9 * 5, "x"), [2, 9, 9, 5]],
    filter: [randomValues(3 * 3 * 5 * 10, "w"), [3, 3, 5, 10]],
  } as const;
  return { inputs, attributes: { strides: [1, 1], pad: "same", dataFormat: "NHWC", dilations: [1, 1] } };
};

describe.each([
  { simd: "relaxed", shared: true },
  { simd: "relaxed", shared: false },
  { simd: "plain", shared: true },
  { simd: "plain", shared: false },
] as const)("with $simd SIMD and memory that is shared: $shared", ({ simd, shared }) => {
  const tensors = new TensorMemory(256, shared);
  beforeAll(async () => {
    await registerWasmBackend(); // registers the kernels
    const { module } = await compileKernels(simd, shared);
    const wasm = await instantiateKernels(module, tensors.memory);
    tf.removeBackend(BACKEND_NAME);
    const pool = await ThreadPool.start(wasm, module, tensors.memory, tensors.control, 2);
    expect(pool.threads).toBe(shared ? 2 : 1);
    tf.registerBackend(BACKEND_NAME, () => new WasmBackend(tensors, wasm, pool, module, 2), 0);
    await tf.setBackend(BACKEND_NAME);
  });
  afterAll(() => tf.removeBackend(BACKEND_NAME));

  it("convolves as the CPU backend does", () => {
    const { inputs, attributes } = convolution();
    expectClose(run("Conv2D", inputs, attributes)[0]!.values, run("Conv2D", inputs, attributes, "cpu")[0]!.values);
  });

  it("finds its tensors again after the memory has grown", () => {
    const first = tf.tidy(() => tf.add(tf.tensor1d([1, 2, 3]), 1));
    const reserved = tensors.bytesReserved;
    tf.tidy(() =>
      tf
        .relu(tf.zeros([70 << 18]))
        .sum()
        .dataSync(),
    );
    expect(tensors.bytesReserved).toBeGreaterThan(reserved);
    expect([...first.dataSync()]).toEqual([2, 3, 4]);
    expect([...tf.tidy(() => tf.mul(first, 2).dataSync())]).toEqual([4, 6, 8]);
    first.dispose();
    expect(tensors.bytesInUse).toBe(0);
  });
});

describe("TensorMemory", () => {
  it("reaches past 2 GiB, where addresses no longer fit a signed integer", async () => {
    const tensors = new TensorMemory(4096);
    const { module } = await compileKernels("auto", tensors.shared);
    const wasm = await instantiateKernels(module, tensors.memory);
    const low = tensors.allocate(2 ** 31);
    const high = tensors.allocate(64);
    expect(high).toBeGreaterThan(2 ** 31);
    tensors.floats(high, 5).set([-1, 2, -3, 4, -5]);
    wasm.unary(0, 5, 0, 0, high, high, 0, 0);
    expect([...tensors.floats(high, 5)]).toEqual([0, 2, 0, 4, 0]);
    expect(() => tensors.allocate(2 ** 31)).toThrow(OutOfMemoryError);
    tensors.free(low);
    tensors.free(high);
    expect(tensors.bytesInUse).toBe(0);
  });
});

describe("the plugin", () => {
  it("registers wasm and cpu, which say what they are and become TensorFlow.js's backend", async () => {
    const container = createContainer();
    await plugin.register(container);
    const backends = container.resolve(BACKENDS);
    expect(backends.names()).toEqual(["wasm", "cpu"]);
    const wasm = backends.create({ name: "wasm", memory: 512, threads: 3 });
    expect(await wasm.probe()).toEqual({ ok: true, description: "WebAssembly with relaxed SIMD, 3 threads, up to 537 MB" });
    await wasm.activate();
    expect(tf.getBackend()).toBe("benn-wasm");
    const cpu = backends.create("cpu");
    expect(await cpu.probe()).toMatchObject({ ok: true });
    await cpu.activate();
    expect(tf.getBackend()).toBe("cpu");
  });

  it("refuses a memory that cannot be", () => {
    const container = createContainer();
    void plugin.register(container);
    expect(() => container.resolve(BACKENDS).create({ name: "wasm", memory: 5000 })).toThrow(/backend.memory: .*got 5000/);
  });
});
