import { createRandom, readSafetensors as readWithCore, type SafetensorsEntry, writeSafetensors } from "@benn/core/internals";
import { describe, expect, test } from "vitest";
import { encodeModel, floatTensor, byteTensor, integerTensor, labelsFor, newSketch } from "../test/random-model.ts";
import type { GraphNode } from "./graph.ts";
import { load } from "./load.ts";
import { PackedError } from "./packed-error.ts";
import { readModel } from "./read-model.ts";

const SLIDING = { strides: [1, 1], pad: [1, 1, 1, 1] } as const;

/** A small file with every kind of node, whose tensors the callback may change. */
function sampleFile(
  change: (tensors: Map<string, SafetensorsEntry>, nodes: GraphNode[], header: Record<string, unknown>) => void = () => {},
): Uint8Array {
  const sketch = newSketch(3);
  const { nodes, random, tensors } = sketch;
  const normal = () => random.normal();
  nodes.push(
    {
      op: "conv",
      in: [0],
      kernel: floatTensor(sketch, [3, 3, 2, 8], normal),
      block: 18,
      ...SLIDING,
      thresholds: floatTensor(sketch, [8], normal),
      flips: byteTensor(sketch, [1]),
    },
    { op: "maxPool", in: [1], size: [2, 2], strides: [2, 2], pad: [0, 0, 0, 0] },
    {
      op: "binaryConv",
      in: [2],
      size: [3, 3],
      kernel: byteTensor(sketch, [8, 9]),
      ...SLIDING,
      thresholds: integerTensor(sketch, [0, 1, 2, 3, 4, 5, 6, 7]),
    },
    {
      op: "binaryConv",
      in: [3],
      size: [3, 3],
      kernel: byteTensor(sketch, [8, 9]),
      ...SLIDING,
      scale: floatTensor(sketch, [8], normal),
      bias: floatTensor(sketch, [8], normal),
      relu: true,
    },
    {
      op: "affine",
      in: [4],
      mean: floatTensor(sketch, [8], normal),
      factor: floatTensor(sketch, [8], normal),
      offset: floatTensor(sketch, [8], normal),
    },
    { op: "add", in: [4, 5] },
    { op: "averagePool", in: [6], size: [2, 2], strides: [1, 1], pad: [0, 1, 0, 1], inside: true },
    { op: "sign", in: [7], thresholds: floatTensor(sketch, [8], normal) },
    {
      op: "binaryConv",
      in: [8],
      size: [1, 1],
      kernel: byteTensor(sketch, [3, 1]),
      strides: [1, 1],
      pad: [0, 0, 0, 0],
      scale: floatTensor(sketch, [3], () => 1),
    },
    { op: "padChannels", in: [9], before: 1, channels: 4 },
    { op: "relu", in: [10] },
    { op: "mean", in: [11] },
    { op: "flatten", in: [12] },
  );
  for (const name of ["mean", "deviation"]) tensors.set(name, { dtype: "F32", shape: [2], data: Float32Array.of(100, 60) });
  const header = { shape: [6, 6, 2], labels: labelsFor(4), voter: "hard", preprocessing: "standardize" } as const;
  const own: Record<string, unknown> = { ...header };
  change(tensors, nodes, own);
  return encodeModel([{ architecture: "sample", alpha: 0.5, nodes }], own as unknown as typeof header, tensors);
}

const image = Uint8Array.from({ length: 72 }, (_, i) => (i * 37) % 256);

/** Reads the file and, if it can be read, runs it; it may fail only with a PackedError. */
async function tryFile(bytes: Uint8Array): Promise<"read" | "refused"> {
  try {
    for (const kernel of ["scalar", "table"] as const) {
      const model = await load(bytes, { kernel, maxMemory: 2 ** 26 });
      const [height, width, channels] = model.shape;
      const prediction = model.predict(new Uint8Array(height * width * channels));
      expect(prediction.votes.length).toBeGreaterThan(0);
    }
    return "read";
  } catch (error) {
    if (!(error instanceof PackedError)) throw error;
    expect(error.message.split("\n")).toHaveLength(1);
    expect(error.message.length).toBeLessThan(400);
    return "refused";
  }
}

/** Only reads, which is where a file is refused. */
function tryReading(bytes: Uint8Array): "read" | "refused" {
  try {
    readModel(bytes, "model");
    return "read";
  } catch (error) {
    if (!(error instanceof PackedError)) throw error;
    return "refused";
  }
}

const headerLength = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);

test("the sample is read, and runs", async () => {
  const model = await load(sampleFile());
  expect(model.predict(image)).toMatchObject({ ran: 1, members: 1, votes: [{ alpha: 0.5 }] });
});

test("every truncation is refused, as is anything appended", () => {
  const file = sampleFile();
  for (let length = 0; length < file.length; length++) expect(tryReading(file.subarray(0, length))).toBe("refused");
  expect(tryReading(Uint8Array.of(...file, 0))).toBe("refused");
});

test("every flipped bit of the header is read as what it says or refused, never a crash", async () => {
  const file = sampleFile();
  for (let at = 0; at < 8 + headerLength(file); at++) {
    for (const bit of [1, 4, 32, 128]) {
      const changed = file.slice();
      changed[at]! ^= bit;
      tryReading(changed);
    }
  }
  for (let at = 0; at < 8 + headerLength(file); at += 7) {
    const changed = file.slice();
    changed[at]! ^= 1;
    await tryFile(changed);
  }
});

test("20,000 mutated files: each is refused in a sentence or can be run", async () => {
  const file = sampleFile();
  const random = createRandom(11, "mutate");
  const digits = "0123456789";
  const outcomes = { read: 0, refused: 0 };
  const place = () => 8 + random.integer(headerLength(file));
  for (let i = 0; i < 20_000; i++) {
    const changed = file.slice();
    for (let k = 1 + random.integer(3); k > 0; k--) {
      const at = place();
      const kind = random.integer(4);
      // Replacing digits by digits keeps it valid JSON: sizes, shapes, offsets, references.
      if (digits.includes(String.fromCharCode(changed[at]!))) changed[at] = digits.charCodeAt(random.integer(10));
      else if (kind === 0) changed[at] = random.integer(256);
      else if (kind === 1) changed.copyWithin(at, place(), place());
      else if (kind === 2) changed[random.integer(8)] = random.integer(256);
    }
    const outcome = i % 50 === 0 ? await tryFile(changed) : tryReading(changed);
    outcomes[outcome]++;
  }
  expect(outcomes.read).toBeGreaterThan(20);
  expect(outcomes.refused).toBeGreaterThan(10_000);
});

describe("a file is refused in a sentence that says what is wrong:", () => {
  const replaced = (name: string, entry: Partial<SafetensorsEntry>) =>
    sampleFile((tensors) => tensors.set(name, { ...tensors.get(name)!, ...entry }));
  const withNode = (at: number, node: object) => sampleFile((_, nodes) => Object.assign(nodes[at]!, node));
  const metadata = (change: Record<string, string>) => {
    const { metadata, tensors } = readWithCore(sampleFile(), "sample");
    return writeSafetensors({ metadata: { ...metadata, ...change }, tensors });
  };
  const huge = sampleFile();
  new DataView(huge.buffer).setBigUint64(0, 2n ** 63n, true);

  test.for<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(0), /has 0 bytes, so it is not a \.benn file/],
    ["a header beyond the end", huge, /header of 9\d+ bytes, so it is not a \.benn file/],
    ["another format", metadata({ format: "onnx" }), /its format is "onnx"/],
    ["a later version", metadata({ version: "3" }), /version 3 of the \.benn format, this runtime reads 1 and 2/],
    ["a model that is not JSON", metadata({ model: "{" }), /its model is not JSON/],
    ["an unknown voter", sampleFile((_, __, header) => (header["voter"] = "loud")), /unknown voter "loud"/],
    ["a shape that cannot be", sampleFile((_, __, header) => (header["shape"] = [6, -6, 2])), /no usable image shape/],
    ["labels that do not fit", sampleFile((_, __, header) => (header["labels"] = ["one"])), /ends in 1×1×4 floats for 1 labels/],
    ["a deviation of 0", replaced("deviation", { data: Float32Array.of(1, 0) }), /deviation that is not above 0/],
    [
      "a tensor of another shape",
      replaced("t1", { shape: [4], data: new Float32Array(4) }),
      /node 0 \(conv\) has a thresholds F32 \[4\], not F32 \[8\]/,
    ],
    ["a tensor that is not there", withNode(4, { mean: "nowhere" }), /node 4 \(affine\) names no tensor as its mean/],
    ["a node of an unknown kind", withNode(4, { op: "lstm" }), /node 4 is of an unknown kind/],
    ["a key that is not known", withNode(6, { dilation: 2 }), /node 6 \(averagePool\) has the unknown key "dilation"/],
    ["a node that reads a later one", withNode(4, { in: [9] }), /node 4 \(affine\) has no usable inputs/],
    ["bits where floats belong", withNode(4, { in: [3] }), /node 4 \(affine\) works on floats and gets bits/],
    ["floats where bits belong", withNode(8, { in: [7] }), /node 8 \(binaryConv\) works on bits and gets floats/],
    ["a stride of 0", withNode(1, { strides: [0, 1] }), /node 1 \(maxPool\) has no usable strides/],
    ["padding as wide as the window", withNode(1, { pad: [2, 0, 0, 0] }), /node 1 \(maxPool\) has no usable padding/],
    ["a window larger than the map", withNode(6, { size: [60, 60], pad: [0, 0, 0, 0] }), /node 6 \(averagePool\) gives a map of -56×-56×8/],
    ["an absurd number of channels", withNode(9, { channels: 1e9 }), /node 9 \(padChannels\) has no usable channels/],
  ])("%s", ([, file, message]) => {
    expect(() => readModel(file, "model.benn")).toThrow(message);
    expect(() => readModel(file, "model.benn")).toThrow(PackedError);
  });
});

describe("a file with codes is refused in a sentence that says what is wrong:", () => {
  /** An image of floats, codes of 2 bits, a convolution to codes of 3, a pool, a convolution to floats. */
  function codes(change: (nodes: Record<string, unknown>[]) => void = () => {}): Uint8Array {
    const sketch = newSketch(5);
    const normal = () => sketch.random.normal();
    const nodes: Record<string, unknown>[] = [
      { op: "quantize", in: [0], thresholds: floatTensor(sketch, [3, 2], normal) },
      {
        op: "planeConv",
        in: [1],
        kernel: byteTensor(sketch, [2, 8, 3]),
        size: [3, 3],
        ...SLIDING,
        odd: true,
        thresholds: floatTensor(sketch, [7, 8], normal),
        flips: byteTensor(sketch, [1]),
      },
      { op: "maxPool", in: [2], size: [2, 2], strides: [2, 2], pad: [0, 0, 0, 0], flips: byteTensor(sketch, [1]) },
      {
        op: "planeConv",
        in: [3],
        kernel: byteTensor(sketch, [1, 3, 1]),
        size: [1, 1],
        strides: [1, 1],
        pad: [0, 0, 0, 0],
        block: 8,
        scale: floatTensor(sketch, [3], normal),
        relu: true,
      },
      { op: "mean", in: [4] },
    ];
    floatTensor(sketch, [4, 2], normal); // t7: thresholds of no number of bits
    byteTensor(sketch, [9, 8, 3]); // t8: a kernel of 9 bits
    change(nodes);
    const header = { shape: [6, 6, 2], labels: labelsFor(3), voter: "soft", preprocessing: "none" } as const;
    return encodeModel([{ architecture: "codes", alpha: 1, nodes: nodes as unknown as GraphNode[] }], header, sketch.tensors);
  }
  const withNode = (at: number, node: object) => codes((nodes) => Object.assign(nodes[at]!, node));

  test("none, of one that is right", async () => {
    const model = await load(codes());
    const image = Float32Array.from({ length: 72 }, (_, i) => Math.sin(i));
    expect(model.predict(image).votes[0]?.logits).toHaveLength(3);
  });

  test.for<[string, Uint8Array, RegExp]>([
    ["thresholds of no whole number of bits", withNode(0, { thresholds: "t7" }), /node 0 \(quantize\) has no usable thresholds/],
    [
      "thresholds for other channels",
      withNode(1, { thresholds: "t0" }),
      /node 1 \(planeConv\) has a thresholds F32 \[3, 2\], not F32 \[3, 8\]/,
    ],
    ["a kernel of 9 bits", withNode(1, { kernel: "t8" }), /node 1 \(planeConv\) has a kernel U8 \[9, 8, 3\], not U8 \[8, 8, 3\]/],
    ["an odd that is neither true nor false", withNode(1, { odd: "yes" }), /node 1 \(planeConv\) has a odd that is neither/],
    ["a block of 0", withNode(3, { block: 0 }), /node 3 \(planeConv\) has no usable block/],
    [
      "codes where signs belong",
      withNode(3, { op: "binaryConv", block: undefined }),
      /node 3 \(binaryConv\) .*unknown key|works on bits and gets codes/,
    ],
    ["floats where codes belong", withNode(1, { in: [0] }), /node 1 \(planeConv\) works on codes and gets floats/],
    ["codes where floats belong", withNode(4, { in: [3] }), /node 4 \(mean\) works on floats and gets codes/],
    ["flips of other channels", withNode(2, { flips: "t0" }), /node 2 \(maxPool\) has a flips F32/],
  ])("%s", ([, file, message]) => {
    expect(() => readModel(file, "model.benn")).toThrow(message);
    expect(() => readModel(file, "model.benn")).toThrow(PackedError);
  });

  test("10,000 mutated files: each is refused in a sentence or can be run", async () => {
    const file = codes();
    const random = createRandom(12, "mutate codes");
    const digits = "0123456789";
    const outcomes = { read: 0, refused: 0 };
    for (let i = 0; i < 10_000; i++) {
      const changed = file.slice();
      const at = 8 + random.integer(headerLength(file));
      if (digits.includes(String.fromCharCode(changed[at]!))) changed[at] = digits.charCodeAt(random.integer(10));
      else if (i % 3 === 0) changed[at] = random.integer(256);
      outcomes[i % 50 === 0 ? await tryFloats(changed) : tryReading(changed)]++;
    }
    expect(outcomes.read).toBeGreaterThan(100);
    expect(outcomes.refused).toBeGreaterThan(1000);
  });

  async function tryFloats(bytes: Uint8Array): Promise<"read" | "refused"> {
    try {
      for (const kernel of ["scalar", "table"] as const) {
        const model = await load(bytes, { kernel, maxMemory: 2 ** 26 });
        const [height, width, channels] = model.shape;
        model.predict(new Float32Array(height * width * channels).fill(0.3));
      }
      return "read";
    } catch (error) {
      if (!(error instanceof PackedError)) throw error;
      return "refused";
    }
  }
});

test("a model that needs more memory than allowed is refused before any is taken", async () => {
  await expect(load(sampleFile(), { maxMemory: 1000 })).rejects.toThrow(/needs 1 MB to run, of at most 0\. .* larger maxMemory/);
});
