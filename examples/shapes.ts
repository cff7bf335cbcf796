// Your own dataset: circles, squares and crosses, drawn in memory. Try it:
//
//     benn train --plugin ./examples/shapes.ts --set dataset=shapes
//
// Only `draw` is about shapes. The data kit holds samples out of each class alike, standardizes by the training samples, augments by the run's seed,
// and lists the preprocessing, so that `benn export` works.
import { type Dataset, DATASETS, definePlugin, z } from "@benn/core";
import { augmentationOf, augmentOptions, type Images, loadInMemory } from "@benn/data-kit";

const SIDE = 16;
const CLASSES = ["circle", "square", "cross"] as const;

/** Whether the pixel is on the shape's outline, `x` and `y` from its middle. */
const ON: Record<(typeof CLASSES)[number], (x: number, y: number, radius: number) => boolean> = {
  circle: (x, y, radius) => Math.abs(Math.hypot(x, y) - radius) < 0.8,
  square: (x, y, radius) => Math.abs(Math.max(Math.abs(x), Math.abs(y)) - radius) < 0.8,
  cross: (x, y, radius) => Math.min(Math.abs(x), Math.abs(y)) < 0.8 && Math.hypot(x, y) < radius,
};

/** Numbers in [0, 1), the same for every run: whatever the run's seed, the pictures are the same. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** Grey images [n, 16, 16, 1] as bytes, and the class of each. */
function draw(rows: number, seed: number): Images {
  const uniform = generator(seed);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % CLASSES.length);
  const pixels = new Uint8Array(rows * SIDE * SIDE);
  for (const [row, label] of labels.entries()) {
    const [left, top, radius] = [5 + 6 * uniform(), 5 + 6 * uniform(), 3 + 2 * uniform()];
    for (let i = 0; i < SIDE * SIDE; i++) {
      const lit = ON[CLASSES[label]!]((i % SIDE) - left, Math.floor(i / SIDE) - top, radius);
      pixels[row * SIDE * SIDE + i] = (lit ? 160 : 20) + Math.floor(70 * uniform());
    }
  }
  return { labels, pixels };
}

export const shapesOptions = z.object({
  rows: z.int().min(30).default(600).describe("training images"),
  ...augmentOptions({ flip: false, side: SIDE }),
});

export const shapes = ({ rows, ...options }: z.output<typeof shapesOptions>): Dataset => ({
  load: async (load) =>
    await loadInMemory(
      {
        dataset: "shapes",
        shape: [SIDE, SIDE, 1],
        labels: CLASSES,
        train: draw(rows, 1),
        test: draw(150, 2),
        trainRows: undefined,
        testRows: undefined,
        augmentation: augmentationOf("shapes", options, SIDE),
        provenance: { source: "drawn", rows },
      },
      load,
    ),
});

export default definePlugin({
  name: "shapes",
  register(container) {
    container.resolve(DATASETS).add("shapes", { description: "circles, squares, crosses", options: shapesOptions, create: shapes });
  },
});
