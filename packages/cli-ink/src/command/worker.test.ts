import { availableParallelism } from "node:os";
import type { Config } from "@benn/core";
import { expect, test } from "vitest";
import { openContainer } from "./open-container.ts";
import { localize, type OwnPlace } from "./worker.ts";

const job = {
  dataset: { name: "cifar10", trainRows: 100 },
  backend: { name: "wasm", simd: "relaxed", gradients: "exact" },
  epochs: 3,
} satisfies Config;

const own: OwnPlace = {
  dataset: { name: "cifar10", data: "/data/here", trainRows: 7 },
  backend: { name: "wasm", threads: 0, memory: 512, gradients: "int16", simd: "auto" },
  named: { dataset: ["data", "trainRows"], backend: ["memory", "gradients"] },
};

test("a worker adds to a job where its data lie and which part of the machine computes, and changes nothing that decides on bytes", async () => {
  const container = await openContainer();
  const local = localize(job, own, { container, slot: 1, lanes: 2, form: { simd: "relaxed" } });
  expect(local).toEqual({
    dataset: { name: "cifar10", trainRows: 100, data: "/data/here" },
    backend: {
      name: "wasm",
      simd: "relaxed",
      gradients: "exact",
      memory: 512,
      threads: Math.max(1, Math.floor(availableParallelism() / 2)),
    },
    epochs: 3,
  });
  // A job that leaves the choice to the machine resolves to what this worker's class computes.
  const left = { ...job, backend: { name: "wasm", simd: "auto" } };
  expect(localize(left, own, { container, slot: 0, lanes: 1, form: { simd: "plain" } }).backend).toMatchObject({ simd: "plain" });
  expect(() => localize({ ...job, backend: { name: "webgpu" } }, own, { container, slot: 0, lanes: 1, form: {} })).toThrow(
    "a job is for the backend webgpu, and this worker was started with wasm",
  );
});
