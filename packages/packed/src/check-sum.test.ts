import { createHash } from "node:crypto";
import { createRandom, readSafetensors } from "@benn/core/internals";
import { expect, test } from "vitest";
import { encodeModel as encodeUnsealed, floatTensor, labelsFor, newSketch } from "../test/random-model.ts";
import { encodeModel } from "./export/encode-model.ts";
import type { MemberHeader } from "./graph.ts";
import { load } from "./load.ts";
import { PackedError } from "./packed-error.ts";

const sketch = newSketch(1);
const kernel = floatTensor(sketch, [1, 1, 12, 3], (i) => (i % 7) - 3);
for (const name of ["mean", "deviation"]) sketch.tensors.set(name, { dtype: "F32", shape: [3], data: Float32Array.of(1, 2, 3) });
const members: MemberHeader[] = [
  {
    architecture: "flat",
    alpha: 1.5,
    nodes: [
      { op: "flatten", in: [0] },
      { op: "conv", in: [1], kernel, block: 256, strides: [1, 1], pad: [0, 0, 0, 0] },
    ],
  },
];
const header = { shape: [2, 2, 3], labels: labelsFor(3), voter: "soft", preprocessing: "standardize" } as const;
const sealed = encodeModel(header, members, sketch.tensors);
const unsealed = encodeUnsealed(members, header, sketch.tensors);
const image = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
const answer = async (file: Uint8Array) => {
  const { predict, labels } = await load(file).then((model) => ({ predict: model.predict(image), labels: model.labels }));
  return { scores: [...predict.scores], labels };
};

test("an exported file has the SHA-256 of the SHA-256s of its model and its data, and is else what it was", () => {
  const { metadata, tensors } = readSafetensors(sealed, "sealed");
  const { sha256, ...rest } = metadata;
  const before = readSafetensors(unsealed, "unsealed");
  expect(rest).toEqual(before.metadata);
  expect([...tensors]).toEqual([...before.tensors]);
  const length = Number(new DataView(sealed.buffer).getBigUint64(0, true));
  const digest = (part: string | Uint8Array): Buffer => createHash("sha256").update(part).digest();
  expect(sha256).toBe(digest(Buffer.concat([digest(metadata["model"] ?? ""), digest(sealed.subarray(8 + length))])).toString("hex"));
});

test("a file without a checksum is read as before", async () => {
  expect(await answer(unsealed)).toEqual(await answer(sealed));
});

test("a changed bit anywhere is refused, or changes no answer", async () => {
  const right = await answer(sealed);
  const random = createRandom(3, "bits");
  const start = 8 + Number(new DataView(sealed.buffer).getBigUint64(0, true));
  const places = [
    ...Array.from({ length: 60 }, () => start + random.integer(sealed.length - start)),
    ...Array.from({ length: 240 }, () => random.integer(start)),
  ];
  let refused = 0;
  for (const at of places) {
    const file = Uint8Array.from(sealed);
    file[at]! ^= 1 << random.integer(8);
    const outcome = await answer(file).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome).toBeInstanceOf(PackedError);
      refused++;
    } else expect(outcome, `byte ${at}`).toEqual(right);
    if (at >= start)
      expect((outcome as Error).message, `byte ${at}`).toMatch(/^model: has another checksum than its header gives|not finite|not above 0/);
  }
  expect(refused).toBeGreaterThan(250);
});

test("memory that threads share is read too", async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(sealed.length));
  shared.set(sealed);
  expect(await answer(shared)).toEqual(await answer(sealed));
});
