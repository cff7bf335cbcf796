import { createContainer, DATASETS, z } from "@benn/core";
import { expect, test } from "vitest";
import { doctorLines, type Findings, look } from "./doctor.ts";

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
    { name: "small", description: "few photographs", sample: "40 photographs" },
  ],
  plugins: ["@benn/backend-wasm", "./my-plugin.ts"],
};

test("every backend has a line: how fast it is, or what it lacks and how to get it", () => {
  expect(doctorLines(findings, undefined, 80)).toEqual([
    "Backends: images/s of a small training step, to compare them with one another",
    "✓ wasm    12,346  the fastest: --backend auto takes it",
    "    WebAssembly, 2 threads",
    "✓ cpu       9.00",
    "    plain JavaScript",
    "✗ webgpu       –",
    '    the package "webgpu" is not installed',
    "    npm install webgpu",
    '"benn bench" measures the network that you train.',
    "",
    "Machine",
    "  Node v26.1.0, V8 14.0, linux x64",
    "  a CPU, 2 cores; 8.0 GB of memory, 5.0 GB free",
    "  ✓ SharedArrayBuffer",
    "  ✗ relaxed SIMD",
    "",
    "Data",
    "  cifar10   /data/cifar-10-batches-bin",
    "  imagenet  not found: name its folder with --data. many photographs",
    "  small     built-in sample: 40 photographs. The full set was not found: name",
    "            its folder with --data, or download it. few photographs",
    "",
    "Plugins",
    "  @benn/backend-wasm, ./my-plugin.ts",
  ]);
  expect(doctorLines(findings, (colour, text) => `<${colour}>${text}`, 80)[5]).toMatch(/^<red>✗ webgpu/);
});

test("it finds the features of this Node, and where the datasets have their data", () => {
  const container = createContainer();
  const datasets = container.resolve(DATASETS);
  datasets.registrant = "@benn/small";
  const load = () => Promise.reject(new Error("read"));
  datasets.add("here", { description: "photographs", create: () => ({ load, locate: () => "/data/here" }) });
  datasets.add("away", { description: "drawings", create: () => ({ load, locate: () => undefined }) });
  datasets.add("silent", { description: "paintings", create: () => ({ load, sample: "2 paintings" }) });
  datasets.add("asking", { description: "maps", options: z.object({ data: z.string() }), create: () => ({ load, locate: () => "none" }) });
  const found = look(container);
  // Every Node version that benn supports has all three.
  expect(found.features).toEqual({ SharedArrayBuffer: true, "WebAssembly SIMD": true, "relaxed SIMD": true });
  expect(found.datasets).toEqual([
    { name: "here", description: "photographs", folder: "/data/here" },
    { name: "away", description: "drawings" },
    { name: "silent", description: "paintings", sample: "2 paintings" },
    { name: "asking", description: "maps" },
  ]);
  expect(found.plugins).toEqual(["@benn/core", "@benn/small"]);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
});

test("plugins that cannot be loaded are named with the reason", () => {
  const reason = "plugin broken: it throws when it is imported (out of order). Fix it, or leave it out.";
  const lines = doctorLines({ ...findings, broken: [{ source: "benn-plugin-broken", reason }] }, undefined, 80);
  expect(lines.slice(lines.indexOf("Plugins"))).toEqual([
    "Plugins",
    "  @benn/backend-wasm, ./my-plugin.ts",
    "  ✗ benn-plugin-broken",
    "    plugin broken: it throws when it is imported (out of order). Fix it, or",
    "    leave it out.",
  ]);
});
