import { expect, test } from "vitest";
import { benchLines, profileLines } from "./bench-lines.ts";

const measured = {
  architecture: "nin width=0.5",
  binarizer: "deterministic",
  shape: [32, 32, 3],
  classes: 10,
  batchSize: 128,
  gradientAccumulationSteps: 1,
  parameters: 12_345,
  multiplyAdds: { training: 3e6, evaluation: 1e6 },
  backend: "wasm threads=2",
  device: "WebAssembly, 2 threads",
  machine: { cpu: "a CPU", cores: 2, node: "v26.1.0", platform: "linux x64" },
} as const;
const speed = {
  rounds: 5,
  steps: 3,
  millisecondsPerStep: 723.4,
  imagesPerSecond: 176.9,
  slowest: 170,
  fastest: 181.2,
  multiplyAddsPerSecond: 9.05e10,
};
const head = [
  "nin width=0.5, deterministic: 12,345 parameters; batches of 128, images [32, 32, 3], 10 classes",
  "wasm threads=2: WebAssembly, 2 threads",
  "2 × a CPU, Node 26.1.0, linux x64",
  "",
];

test("speeds are a table, with what was measured above and how below", () => {
  const evaluation = { ...speed, steps: 20, imagesPerSecond: 1234, slowest: 1200, fastest: 1250, millisecondsPerStep: 98.76 };
  expect(benchLines({ ...measured, training: speed, evaluation })).toEqual([
    ...head,
    "            images/s  slowest to fastest  ms/step  GMAC/s",
    "training         177          170 to 181      723    90.5",
    "evaluation     1,234      1,200 to 1,250     98.8    90.5",
    "",
    "The median of 5 rounds of 3 steps and 20 steps. Reading and augmenting images comes on top.",
  ]);
  expect(benchLines({ ...measured, evaluation: { ...speed, rounds: 1, steps: 1 } }).at(-1)).toContain("The median of 1 round of 1 step.");
});

const rows = [
  { kernel: "FusedConv2D", part: "conv2d", calls: 2, milliseconds: 6, macs: 1.2e8, bytes: 6e6, bound: "multiplyAdds" },
  { kernel: "BinaryConv2D", part: "binaryConv2d", calls: 5, milliseconds: 3, macs: 6e8, bytes: 3e6 },
  { kernel: "BatchNorm", part: "moments", calls: 7, milliseconds: 1, bytes: 1e7, bound: "bytes" },
  { kernel: "Reshape", part: "", calls: 1.2, milliseconds: 0 },
] as const;

test("a profile gives each row its share, its rates, and its part of the limit that holds for it", () => {
  const profile = { ...measured, of: "training", millisecondsPerStep: 11, millisecondsToStart: 10.5, rows } as const;
  const limits = { multiplyAdds: 4e10, bytes: 4e10 };
  expect(profileLines({ ...profile, limits }, 3)).toEqual([
    ...head,
    "A step of training: 11.0 ms, started in 10.5 ms; its kernels, timed one by one: 10.0 ms; those with multiply-adds are 90.0 % of them",
    "Highest rates seen here: 40 GMAC/s of float32, 40 GB/s of memory",
    "",
    "kernel        part          calls    ms     %  GMAC/s  GB/s  of limit",
    "FusedConv2D   conv2d            2  6.00  60.0      20   1.0      50 %",
    "BinaryConv2D  binaryConv2d      5  3.00  30.0     200   1.0",
    "BatchNorm     moments           7  1.00  10.0            10      25 %",
    "",
    "1 more row, 0.0 %: --rows 4",
  ]);
  const without = profileLines(profile, 9).join("\n");
  expect(without).not.toContain("Highest");
  expect(without).not.toContain(" %\n");
  expect(without).not.toContain("more row");
});
