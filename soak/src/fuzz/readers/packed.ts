import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, type SafetensorsEntry, writeSafetensors } from "@benn/core/internals";
import { load } from "@benn/packed";
import { openTrust } from "@benn/packed/trust";
import type { Shape } from "../../../../packages/packed/src/graph.ts";
import { readModel } from "../../../../packages/packed/src/read-model.ts";
import { addNode, finishModel, randomImage } from "../../../../packages/packed/test/random-graph.ts";
import { newSketch } from "../../../../packages/packed/test/random-model.ts";
import { must, type Reader } from "../reader.ts";

/** Small models with every kind of node, and one written by an exporter. */
function models(): Uint8Array[] {
  const chains = [
    ["conv", "relu", "maxPool"],
    ["sign", "binaryConv", "affine"],
    ["sign", "maxPool"],
    ["averagePool", "padChannels", "relu"],
    ["conv", "relu", "mean"],
    ["affine", "add"],
  ] as const;
  const random = chains.map((chain, seed) => {
    const sketch = newSketch(seed + 5);
    const image = { ...randomImage(sketch), height: 4, width: 4, channels: 3 };
    let shape: Shape = image;
    for (const op of chain) shape = addNode(sketch, shape.kind === "bits" && op !== "maxPool" ? "binaryConv" : op, shape);
    return finishModel(sketch, image, shape).file;
  });
  return [...random.map(sealed), readFileSync(join(import.meta.dirname, "../../../../packages/packed/test/version-1.benn"))];
}

/** With a valid checksum of its contents. */
function sealed(bytes: Uint8Array): Uint8Array {
  const digest = (part: string | Uint8Array): Buffer => createHash("sha256").update(part).digest();
  try {
    const file = Buffer.from(bytes);
    const length = file.readUInt32LE(0);
    const header = JSON.parse(file.subarray(8, 8 + length).toString("utf8")) as Record<"__metadata__", Record<string, string>>;
    const { __metadata__: metadata } = header;
    const both = Buffer.concat([digest(metadata["model"] ?? ""), digest(file.subarray(8 + length))]);
    metadata["sha256"] = createHash("sha256").update(both).digest("hex");
    const json = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeUInt32LE(json.length);
    return Buffer.concat([size, json, file.subarray(8 + length)]);
  } catch {
    return bytes;
  }
}

export const benn: Reader = {
  reads: "the graph of a .benn file, as in WebAssembly and on WebGPU",
  inputs: 120_000,
  open: async () => ({
    seeds: models(),
    form: "safetensors",
    read(bytes) {
      const { shape, labels, members } = readModel(bytes, "fuzzed.benn");
      must(shape.length === 3 && shape.every((n) => n >= 1), "an image has a shape");
      must(labels.length > 0 && members.length > 0, "there are classes and members");
      for (const { alpha, nodes, shapes } of members) must(Number.isFinite(alpha) && nodes.length < shapes.length, "a member is whole");
    },
  }),
};

export const bennRun: Reader = {
  reads: "a .benn file that is loaded and classifies an image",
  inputs: 6000,
  open: async () => ({
    seeds: models(),
    form: "safetensors",
    seal: sealed,
    async read(bytes) {
      const model = await load(bytes, { kernel: "scalar", maxMemory: 2 ** 26 });
      const [height, width, channels] = model.shape;
      if (height * width * channels > 1 << 16) return;
      const { class: winner, label } = model.predict(new Float32Array(height * width * channels).fill(0.5));
      must(model.labels[winner] === label, "the class has a label");
    },
  }),
};

/** Trust data of a file: of a soft vote that may stop, and from few rows. */
const TRUSTS = [
  { version: 1, temperature: 2.5, temperatureRows: 50, coverageRows: 6, step: 2, tails: [1, 0.4, 0.01], lead: 2, reused: [] },
  { version: 1, temperature: 1e-3, temperatureRows: 1, coverageRows: 1, step: 1, tails: [0], reused: ["they ended the ensemble"] },
];

export const bennTrust: Reader = {
  reads: "what a .benn file says of its votes",
  inputs: 120_000,
  open: async () => ({
    seeds: TRUSTS.map((trust) => Buffer.from(JSON.stringify(trust))),
    form: "json",
    read(bytes) {
      const labels = ["a", "b", "c", "d"];
      const trust = openTrust({ labels, voter: "soft", trust: bytes });
      if (!trust) throw new Error("there is something to read");
      const scores = Float64Array.of(1, 3, 3, -50);
      const own = { class: 1, label: "b", scores, votes: [], ran: 1, members: 1, voter: "soft", mirror: false } as const;
      let before = 0;
      for (const coverage of [0.01, 0.5, 0.9, 0.99]) {
        const { probabilities = scores, set = [] } = trust.judge(own, { coverage });
        must(Math.abs(probabilities.reduce((a, b) => a + b, 0) - 1) < 1e-9, "probabilities add up to 1");
        must(set[0]?.class === 1 && set.length >= before && set.length <= 4, "a set begins with the class, and grows with the coverage");
        before = set.length;
      }
    },
  }),
};

export const safetensors: Reader = {
  reads: "safetensors, of core",
  inputs: 100_000,
  open: async () => ({
    seeds: safetensorsSeeds(),
    form: "safetensors",
    read(bytes) {
      const { tensors } = readSafetensors(bytes, "fuzzed.safetensors");
      for (const { shape, data } of tensors.values())
        must(shape.reduce((n, side) => n * side, 1) === data.length, "a tensor is as long as its shape");
    },
  }),
};

export function safetensorsSeeds(): Uint8Array[] {
  const tensors = new Map<string, SafetensorsEntry>([
    ["weights:a", { dtype: "F32", shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) }],
    ["b", { dtype: "I32", shape: [4], data: Int32Array.from([1, 2, 3, 4]) }],
    ["c", { dtype: "U8", shape: [5], data: Uint8Array.from([1, 2, 3, 4, 5]) }],
    ["none", { dtype: "F64", shape: [0], data: new Float64Array(0) }],
  ]);
  return [writeSafetensors({ metadata: { a: "b", more: '{"x":[1,2]}' }, tensors }), writeSafetensors({ metadata: {}, tensors: new Map() })];
}
