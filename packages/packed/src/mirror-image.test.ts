import fc from "fast-check";
import { expect, test } from "vitest";
import { mirror, put } from "../test/mirror-model.ts";
import { encodeModel, floatTensor, labelsFor, newSketch } from "../test/random-model.ts";
import { softwareGpu } from "../test/software-gpu.ts";
import { load } from "./load.ts";
import { mirrorImage } from "./mirror-image.ts";
import { loadOnGpu } from "./webgpu/load-on-gpu.ts";

test("an image is mirrored left to right, and the image itself stays", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (height, width, channels) => {
        const image = Float32Array.from({ length: 2 * height * width * channels }, (_, i) => i);
        const mirrored = mirrorImage(image, [height, width, channels]);
        const at = (row: number, column: number, channel: number): number => (row * width + column) * channels + channel;
        for (let row = 0; row < 2 * height; row++)
          for (let column = 0; column < width; column++)
            for (let channel = 0; channel < channels; channel++)
              expect(mirrored[at(row, width - 1 - column, channel)]).toBe(image[at(row, column, channel)]);
        expect(mirrorImage(mirrored, [height, width, channels])).toEqual(image);
      },
    ),
  );
});

test("with mirror a member votes by the mean of its logits of the prepared image and of that mirrored", async () => {
  const shape = [3, 4, 3] as const;
  for (const rule of [
    { preprocessing: "standardize" },
    { preprocessing: "standardize", channelOrder: "bgr" },
    { preprocessing: "gcn-zca" },
  ] as const) {
    const sketch = newSketch(7);
    if (rule.preprocessing === "standardize") for (const name of ["mean", "deviation"]) put(sketch, name, [3], (i) => 100 + i);
    else {
      put(sketch, "gcnScale", [1], () => 55);
      put(sketch, "zcaMean", [36], () => sketch.random.normal());
      put(sketch, "zcaMatrix", [(36 * 37) / 2], () => sketch.random.normal());
    }
    const file = mirror(sketch, { shape, ...rule }); // whose logits are the prepared floats
    const image = Uint8Array.from({ length: 36 }, () => sketch.random.integer(256));
    const model = await load(file);
    const { logits } = model.predict(image).votes[0]!;
    const other = mirrorImage(logits, shape);
    const mean = logits.map((logit, i) => (logit + other[i]!) / 2);
    expect(mean).not.toEqual(logits);
    expect(model.predict(image, { mirror: true }).votes[0]!.logits).toEqual(mean);
    expect(model.predict(image).votes[0]!.logits, "afterwards").toEqual(logits);
    const onGpu = await loadOnGpu(file, { gpu: await softwareGpu(), batch: 2 });
    const predictions = await onGpu.predict([image, image.toReversed()], { mirror: true });
    expect(onGpu.engine).toBe("webgpu");
    expect(predictions[0]!.votes[0]!.logits).toEqual(mean);
    expect(predictions[1]).toEqual(model.predict(image.toReversed(), { mirror: true }));
    onGpu.dispose();
  }
});

test("members vote by these means, by every vote and with as few members as decide", async () => {
  const sketch = newSketch(3);
  const members = [0.5, 3, 1].map((alpha) => {
    const kernel = floatTensor(sketch, [1, 1, 12, 3], () => sketch.random.normal());
    const conv = { op: "conv", in: [1], kernel, block: 256, strides: [1, 1], pad: [0, 0, 0, 0] } as const;
    return { architecture: "flat", alpha, nodes: [{ op: "flatten", in: [0] } as const, conv] };
  });
  const model = await load(
    encodeModel(members, { shape: [2, 2, 3], labels: labelsFor(3), voter: "soft", preprocessing: "none" }, sketch.tensors),
  );
  for (let round = 0; round < 20; round++) {
    const image = Float32Array.from({ length: 12 }, () => sketch.random.normal());
    const [plain, other] = [model.predict(image), model.predict(mirrorImage(image, model.shape))];
    const whole = model.predict(image, { mirror: true });
    const scores = new Float64Array(3);
    for (const [i, { logits, alpha }] of whole.votes.entries()) {
      expect(logits).toEqual(plain.votes[i]!.logits.map((logit, k) => (logit + other.votes[i]!.logits[k]!) / 2));
      for (const [k, logit] of logits.entries()) scores[k]! += alpha * logit;
    }
    expect(whole.scores).toEqual(scores);
    for (const voter of ["hard", "softmax"] as const) {
      const early = model.predict(image, { mirror: true, voter, anytime: true });
      expect(early.class).toBe(model.predict(image, { mirror: true, voter }).class);
      expect(early.votes).toEqual(whole.votes.filter(({ member }) => early.votes.some((vote) => vote.member === member)));
    }
  }
});
