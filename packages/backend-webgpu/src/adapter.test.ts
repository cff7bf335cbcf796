import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { create } from "../test/use-software-gpu.ts";
import { describeAdapter } from "./adapter.ts";
import { BACKEND_NAME, registerWebgpuBackend } from "./register.ts";
import { webgpuBackend } from "./webgpu-backend.ts";

const named = (adapter: string | string[]) => webgpuBackend.create({ power: "high-performance", adapter });

test("the adapter is told by name and by its largest tensor", () => {
  const limits = { maxStorageBufferBindingSize: 2 ** 31, maxBufferSize: 2 ** 30 } as GPUSupportedLimits;
  const info = { description: "", device: "", vendor: "acme", architecture: "v1", isFallbackAdapter: true } as GPUAdapterInfo;
  expect(describeAdapter({ info, limits })).toMatch(/^acme v1, a CPU that plays GPU.* up to 1\.1 GB$/);
});

test("a probe tells the names of the adapters, and each of them, or a part of it, chooses a GPU", async () => {
  const probe = await create().probe();
  expect(probe).toMatchObject({ ok: true, description: expect.stringMatching(/; adapters: "SwiftShader Device \(Subzero\)"$/) });
  for (const adapter of ["SwiftShader Device (Subzero)", "Swift", ["Device", "Subzero"]]) {
    await named(adapter).activate();
    expect(tf.getBackend()).toBe(BACKEND_NAME);
    expect(await tf.tidy(() => tf.add(tf.ones([2000]), 1)).data()).toEqual(new Float32Array(2000).fill(2));
  }
});

test("the backend that is there is kept where the same GPU is asked for, or none by name, and another one takes its place", async () => {
  const first = await registerWebgpuBackend({ adapter: "Swift" });
  expect(await registerWebgpuBackend({ adapter: ["Swift"] })).toBe(first);
  expect(await registerWebgpuBackend()).toBe(first);
  expect(await registerWebgpuBackend({ adapter: "Subzero" })).not.toBe(first);
});

test("of a list of adapters each lane gets the next one, and one at a time is used where there is no list", () => {
  const machine = { cores: 8, memoryBytes: 2 ** 34, stepBytes: 2 ** 30 };
  const inLanes = (adapter: string | string[], count: number) => {
    const share = named(adapter).share?.(machine);
    return [share?.lanes, Array.from({ length: count }, (_, lane) => share?.options(lane, count))];
  };
  expect(inLanes(["a", "b"], 3)).toEqual([2, [{ adapter: "a" }, { adapter: "b" }, { adapter: "a" }]]);
  expect(inLanes("a", 2)).toEqual([1, [{ adapter: "a" }, { adapter: "a" }]]);
  expect([create().share?.(machine).lanes, create().share?.(machine).options(1, 2)]).toEqual([1, {}]);
});

test.each(["Quick", ["Swift", "Quick"], "swift"])(
  "where no GPU is called %j it says so, what there is, and changes nothing",
  async (adapter) => {
    const before = await registerWebgpuBackend();
    const missing = [adapter].flat().at(-1);
    await expect(named(adapter).activate()).rejects.toThrow(
      `backend webgpu: no GPU here has "${missing}" in its name. There is "SwiftShader Device (Subzero)"; set the option "adapter" to such a name`,
    );
    expect(await named(adapter).probe()).toMatchObject({ ok: false, reason: `no GPU here has "${missing}" in its name` });
    expect(await registerWebgpuBackend()).toBe(before);
    expect(before.failure).toBeUndefined();
  },
);
