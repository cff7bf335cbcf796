import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addNode, finishModel, randomImage } from "../test/random-graph.ts";
import { newSketch, type Sketch } from "../test/random-model.ts";
import type { GraphNode, Shape } from "./graph.ts";
import { load } from "./load.ts";

/** Compares all ways to run the graph with plain loops, bit by bit. */
async function check(sketch: Sketch, image: Shape, last: Shape): Promise<void> {
  const { file, bytes, floats, expected } = finishModel(sketch, image, last);
  for (const kernel of ["scalar", "simd", "table"] as const) {
    const model = await load(file, { kernel });
    for (const input of [bytes, floats, bytes]) {
      const { logits } = model.predict(input).votes[0]!;
      const different = logits.findIndex((value, i) => !Object.is(value + 0, expected[i]! + 0)); // + 0: turns −0 into 0
      expect(different, `${kernel}, ${sketch.nodes.map(({ op }) => op).join(" → ")}`).toBe(-1);
    }
  }
}

describe("a node gives the very bits of the plain loops", () => {
  test.for<GraphNode["op"]>(["conv", "sign", "affine", "maxPool", "averagePool", "padChannels", "relu", "add", "mean", "flatten"])(
    "%s of floats",
    async (op) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          const sketch = newSketch(seed);
          const image = randomImage(sketch);
          await check(sketch, image, addNode(sketch, op, image));
        }),
        { numRuns: 25 },
      );
    },
  );

  test.for<GraphNode["op"]>(["binaryConv", "maxPool"])("%s of bits", async (op) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const sketch = newSketch(seed);
        const image = randomImage(sketch);
        await check(sketch, image, addNode(sketch, op, addNode(sketch, "sign", image)));
      }),
      { numRuns: 60 },
    );
  });

  test.for<GraphNode["op"]>(["planeConv", "maxPool"])("%s of codes of 1 to 8 bits", async (op) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const sketch = newSketch(seed);
        const image = randomImage(sketch);
        await check(sketch, image, addNode(sketch, op, addNode(sketch, "quantize", image)));
      }),
      { numRuns: 80 },
    );
  });

  test("any chain with codes in it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const sketch = newSketch(seed);
        const { random } = sketch;
        const image = randomImage(sketch);
        let shape = addNode(sketch, "quantize", image);
        for (let i = 0; i < 5; i++) {
          const floats = ["conv", "quantize", "affine", "maxPool", "quantize"] as const;
          const codes = ["planeConv", "maxPool"] as const;
          const bits = ["binaryConv", "maxPool"] as const;
          const kinds = { floats, bits, codes }[shape.kind];
          shape = addNode(sketch, kinds[random.integer(kinds.length)]!, shape);
        }
        await check(sketch, image, shape);
      }),
      { numRuns: 40 },
    );
  });

  test("any chain of them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const sketch = newSketch(seed);
        const { random } = sketch;
        const image = randomImage(sketch);
        let shape = image;
        for (let i = 0; i < 6; i++) {
          const floats = ["conv", "sign", "affine", "maxPool", "averagePool", "padChannels", "relu", "add"] as const;
          const bits = ["binaryConv", "maxPool"] as const;
          shape = addNode(sketch, shape.kind === "bits" ? bits[random.integer(2)]! : floats[random.integer(floats.length)]!, shape);
        }
        await check(sketch, image, shape);
      }),
      { numRuns: 40 },
    );
  });
});

test("widths that fill steps of twelve, or pass a step, a byte and a block of filters, are counted right", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const sketch = newSketch(seed);
      const { random } = sketch;
      const channels = [12, 23, 24, 36, 64, 96, 107, 108, 192, 252, 256, 300][random.integer(12)]!;
      const image: Shape = { kind: "floats", height: 1 + random.integer(7), width: 1 + random.integer(40), channels };
      await check(sketch, image, addNode(sketch, "binaryConv", addNode(sketch, "sign", image)));
    }),
    { numRuns: 60 },
  );
});

test("a row too long for int16 counts is counted another way", async () => {
  const sketch = newSketch(3);
  const image: Shape = { kind: "floats", height: 3, width: 3, channels: 3700 };
  await check(sketch, image, addNode(sketch, "binaryConv", addNode(sketch, "sign", addNode(sketch, "flatten", image))));
});

test("a wide layer whose counts pass a byte's range is counted right by vectors", async () => {
  const sketch = newSketch(7);
  const image: Shape = { kind: "floats", height: 6, width: 6, channels: 300 };
  await check(sketch, image, addNode(sketch, "binaryConv", addNode(sketch, "sign", image)));
});
