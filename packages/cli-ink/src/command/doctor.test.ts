import { BACKENDS, createContainer, DATASETS, z } from "@benn/core";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { doctorLines, examine, type Findings } from "./doctor.ts";

const findings: Findings = {
  backends: [
    { name: "wasm", ok: true, description: "WebAssembly, 2 threads", imagesPerSecond: 12_345.6 },
    { name: "cpu", ok: true, description: "plain JavaScript", imagesPerSecond: 9 },
    { name: "webgpu", ok: false, reason: 'the package "webgpu" is not installed', remedy: "npm install webgpu" },
  ],
  machine: { node: "v26.1.0", v8: "14.0", platform: "linux x64", cpu: "a CPU", cores: 2, memoryBytes: 8e9, freeMemoryBytes: 5e9 },
  features: { SharedArrayBuffer: true, "relaxed SIMD": false },
  datasets: [
    { name: "cifar10", description: "photographs", folder: "/data/cifar-10-batches-bin" },
    { name: "imagenet", description: "many photographs" },
  ],
  plugins: ["@benn/backend-wasm", "./my-plugin.ts"],
};

test("every backend has a line: how fast it is, or what it lacks and how to get it", () => {
  expect(doctorLines(findings)).toEqual([
    "Backends, by a small training step",
    "✓ wasm    12,346 images/s  WebAssembly, 2 threads  ← --backend auto",
    "✓ cpu          9 images/s  plain JavaScript",
    '✗ webgpu                –  the package "webgpu" is not installed',
    "    npm install webgpu",
    "",
    "Machine",
    "  Node v26.1.0, V8 14.0, linux x64",
    "  a CPU, 2 cores; 8.0 GB of memory, 5.0 GB free",
    "  ✓ SharedArrayBuffer",
    "  ✗ relaxed SIMD",
    "",
    "Data",
    "  cifar10   /data/cifar-10-batches-bin",
    "  imagenet  not in the usual places; name its folder with --data. many photographs",
    "",
    "Plugins",
    "  @benn/backend-wasm, ./my-plugin.ts",
  ]);
  expect(doctorLines(findings, (colour, text) => `<${colour}>${text}`)[3]).toMatch(/^<red>✗ webgpu/);
});

test("it tries what is registered, and finds the features of this Node and where the datasets have their data", async () => {
  await tf.setBackend("cpu");
  const container = createContainer();
  const backends = container.resolve(BACKENDS);
  backends.registrant = "@benn/small";
  backends.add("cpu", {
    description: "",
    create: () => ({
      probe: () => Promise.resolve({ ok: true, description: "here" }),
      activate: async () => void (await tf.setBackend("cpu")),
    }),
  });
  backends.add("gone", {
    description: "",
    create: () => ({
      probe: () => Promise.resolve({ ok: false, reason: "it is gone.", remedy: "Look for it." }),
      activate: () => Promise.reject(new Error("activated although its probe failed")),
    }),
  });
  const datasets = container.resolve(DATASETS);
  const load = () => Promise.reject(new Error("read"));
  datasets.add("here", { description: "photographs", create: () => ({ load, locate: () => "/data/here" }) });
  datasets.add("away", { description: "drawings", create: () => ({ load, locate: () => undefined }) });
  datasets.add("silent", { description: "paintings", create: () => ({ load }) });
  datasets.add("asking", { description: "maps", options: z.object({ data: z.string() }), create: () => ({ load, locate: () => "none" }) });
  const found = await examine(container);
  expect(found.backends).toEqual([
    { name: "cpu", ok: true, description: "here", imagesPerSecond: expect.any(Number) },
    { name: "gone", ok: false, reason: "it is gone.", remedy: "Look for it." },
  ]);
  // Every Node that benn runs on has all three.
  expect(found.features).toEqual({ SharedArrayBuffer: true, "WebAssembly SIMD": true, "relaxed SIMD": true });
  expect(found.datasets).toEqual([
    { name: "here", description: "photographs", folder: "/data/here" },
    { name: "away", description: "drawings" },
    { name: "silent", description: "paintings" },
    { name: "asking", description: "maps" },
  ]);
  expect(found.plugins).toEqual(["@benn/core", "@benn/small", "the application"]);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
});
