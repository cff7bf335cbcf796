import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { mirror, put } from "../../test/mirror-model.ts";
import { addNode, finishModel, randomImage } from "../../test/random-graph.ts";
import { newSketch } from "../../test/random-model.ts";
import { softwareGpu } from "../../test/software-gpu.ts";
import { load } from "../load.ts";
import type { Gpu } from "./device.ts";
import { loadOnGpu } from "./load-on-gpu.ts";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await softwareGpu();
});

test("any chain of nodes gives the logits of the plain loops, several images at a time and in several turns", async () => {
  const chain = ["conv", "sign", "affine", "maxPool", "averagePool", "padChannels", "relu", "add", "mean"] as const;
  const bitChain = ["binaryConv", "maxPool"] as const;
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const sketch = newSketch(seed);
      const { random } = sketch;
      const image = randomImage(sketch);
      let shape = image;
      for (let i = 0; i < 5; i++) {
        shape = addNode(sketch, shape.kind === "bits" ? bitChain[random.integer(2)]! : chain[random.integer(chain.length)]!, shape);
      }
      const { file, bytes, floats, expected } = finishModel(sketch, image, shape);
      const model = await loadOnGpu(file, { gpu, batch: 2 });
      expect(model.engine).toBe("webgpu");
      const other = bytes.toReversed();
      const predictions = await model.predict([bytes, floats, other]);
      model.dispose();
      const wasm = await load(file);
      for (const [i, logits] of [expected, expected, wasm.predict(other).votes[0]!.logits].entries()) {
        const own = predictions[i]!.votes[0]!.logits;
        // A mean adds some channels in float64, which shaders emulate with two float32: its last digit may differ.
        const last = sketch.nodes.some(({ op }) => op === "mean") ? 2 ** -22 : 0;
        const different = own.findIndex((value, k) => Math.abs(value - logits[k]!) > last * Math.abs(logits[k]!));
        expect(different, `${sketch.nodes.map(({ op }) => op).join(" → ")}: ${own[different]} for ${logits[different]}`).toBe(-1);
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);

test("a model with layers of several bits runs in WebAssembly, and says why", async () => {
  const sketch = newSketch(6);
  const image = randomImage(sketch);
  const { file, floats, expected } = finishModel(sketch, image, addNode(sketch, "planeConv", addNode(sketch, "quantize", image)));
  const model = await loadOnGpu(file, { gpu });
  if (model.engine !== "wasm") throw new Error("ran on the GPU");
  expect(model.reason).toBe("This model has layers of several bits, which run in WebAssembly alone.");
  const [prediction] = await model.predict([floats]);
  expect([...prediction!.votes[0]!.logits]).toEqual([...expected]);
});

test("images are whitened, and blue put first, as in WebAssembly", async () => {
  const sketch = newSketch(4);
  const shape = [5, 4, 3] as const;
  put(sketch, "gcnScale", [1], () => 55);
  put(sketch, "zcaMean", [60], () => sketch.random.normal());
  put(sketch, "zcaMatrix", [(60 * 61) / 2], () => sketch.random.normal());
  const file = mirror(sketch, { shape, preprocessing: "gcn-zca", channelOrder: "bgr" });
  const images = Array.from({ length: 3 }, () => Uint8Array.from({ length: 60 }, () => sketch.random.integer(256)));
  const model = await loadOnGpu(file, { gpu, batch: 2 });
  expect(model.engine).toBe("webgpu");
  const predictions = await model.predict(images);
  model.dispose();
  const wasm = await load(file);
  for (const [i, image] of images.entries()) expect(predictions[i]!.votes[0]!.logits).toEqual(wasm.predict(image).votes[0]!.logits);
});

test("where there is no WebGPU it runs in WebAssembly, and says why", async () => {
  const sketch = newSketch(1);
  const image = randomImage(sketch);
  const { file, bytes } = finishModel(sketch, image, addNode(sketch, "relu", image));
  for (const [entry, reason] of [
    [undefined, "there is no WebGPU here"],
    [{ requestAdapter: () => Promise.resolve(null) }, "WebGPU finds no graphics processor"],
    [{ requestAdapter: () => Promise.reject(new Error("out of luck")) }, "WebGPU fails: out of luck"],
  ] as const) {
    const model = await loadOnGpu(file, entry ? { gpu: entry } : {});
    expect(model).toMatchObject({ engine: "wasm", reason });
    expect(await model.predict([bytes])).toEqual([(await load(file)).predict(bytes)]);
    model.dispose();
  }
});
