import type { SizeRow } from "@benn/packed/export";
import { expect, test } from "vitest";
import { exportLines, verificationLines } from "./export.ts";

const same = { otherClass: 0, otherLogits: 0, largestDifference: 0 };
const images = { images: 1000, pictures: true };

test("a file with the bits of its graphs is said to have them, whatever computed those", () => {
  for (const backend of ["wasm", "node"]) {
    expect(verificationLines({ ...images, members: [same, same], votes: { soft: 0 } }, backend)).toEqual([
      "verified on 1,000 test images, given as pictures: logits are bit-identical to the training graphs; all votes agree",
    ]);
  }
});

test("a file that differs tells by how much, and of graphs of another backend that no file has their bits", () => {
  const members = [same, { otherClass: 3, otherLogits: 20, largestDifference: 0.00123 }];
  const lines = (backend: string) => verificationLines({ ...images, members, votes: { soft: 1, hard: 0 } }, backend);
  expect(lines("wasm")).toEqual([
    "differs from the training graphs on 1,000 test images, given as pictures:",
    "  member 2 has other logits for 20, by up to 0.0012, and another class for 3",
    "  the soft vote has another class for 1",
  ]);
  expect(lines("node").slice(0, 3)).toEqual(lines("wasm"));
  expect(lines("node").slice(3).join(" ")).toMatch(/computed by node.* on wasm only/);
});

const row = (name: string, own: Partial<SizeRow>): SizeRow => ({
  name,
  type: "BinaryConv2D",
  outputShape: [16, 16, 192],
  parameters: 460_992,
  binaryParameters: 0,
  binaryMultiplyAdds: 0,
  realMultiplyAdds: 117_964_800,
  bitOperations: 0,
  bytes: 0,
  packedBytes: 115_200,
  ...own,
});
const lines = (rows: readonly SizeRow[]) =>
  exportLines("x.benn", { sizes: [{ architecture: "nin", members: 1, rows }], bytes: new Uint8Array(1000), members: 1, realBytes: 4000 });

test("a table with layers of several bits says of each how it runs, in 80 columns", () => {
  const rows = [
    row("conv1", { type: "Conv2D", passes: 0 }),
    row("conv2_bn", { type: "BatchNorm", parameters: 384, realMultiplyAdds: 0, packedBytes: 0 }),
    row("conv2", { bits: { activations: 2, kernel: 2 }, passes: 4 }),
    row("conv3", { bits: { activations: 8, kernel: 8 }, passes: 0 }),
    row("conv4", { bits: { activations: 1, kernel: 1 }, passes: 1 }),
  ];
  const table = lines(rows);
  const cells = (name: string) =>
    table
      .find((line) => line.trim().startsWith(`${name} `))
      ?.trim()
      .split(/ {2,}/);
  expect(cells("layer")).toEqual(["layer", "output", "weights", "bits", "M MACs", "runs as", "bytes"]);
  expect(cells("conv1")).toEqual(["conv1", "16×16×192", "460,992", "32×32", "118.0", "real", "115,200"]);
  expect(cells("conv2")).toEqual(["conv2", "16×16×192", "460,992", "2×2", "118.0", "4 passes", "115,200"]);
  expect(cells("conv3")).toEqual(["conv3", "16×16×192", "460,992", "8×8", "118.0", "real", "115,200"]);
  expect(cells("conv4")).toEqual(["conv4", "16×16×192", "460,992", "1×1", "118.0", "bits", "115,200"]);
  expect(cells("conv2_bn")?.at(-1)).toBe("folded");
  for (const line of table) expect(line.length).toBeLessThanOrEqual(80);
});

test("without them it counts weights and multiply-adds of 1 and of 32 bits, as before", () => {
  const [, , head] = lines([row("conv2", { binaryParameters: 460_800, bits: { activations: 1, kernel: 1 }, passes: 1 })]);
  expect(head?.trim().split(/ {2,}/)).toEqual(["layer", "output", "1 bit", "32 bit", "M 1-bit MACs", "M 32-bit MACs", "bytes"]);
});
