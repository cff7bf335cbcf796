import { DATASETS, definePlugin, type Preprocessing, type Split, z } from "@benn/core";
import { createRandom } from "@benn/core/internals";

const CLASSES = 4;
const [MEAN, DEVIATION] = [Float32Array.of(120, 130, 110), Float32Array.of(64, 60, 70)];

/** Images of coloured noise, brighter in the quarter that is their class. */
function noise(rows: number, [height, width]: readonly [number, number], purpose: string): Split {
  const random = createRandom(3, purpose);
  const size = height * width * 3;
  const labels = Int32Array.from({ length: rows }, (_, row) => row % CLASSES);
  const bytes = Uint8Array.from({ length: rows * size }, (_, i) => {
    const pixel = Math.floor((i % size) / 3);
    const quarter = 2 * Number(pixel >= (height * width) / 2) + Number(2 * (pixel % width) >= width);
    return random.integer(200) + (quarter === labels[Math.floor(i / size)] ? 55 : 0);
  });
  const floats = Float32Array.from(bytes, (byte, i) => (byte - MEAN[i % 3]!) / DEVIATION[i % 3]!);
  return {
    labels,
    images: (wanted) => {
      const images = new Float32Array(wanted.length * size);
      for (const [at, row] of wanted.entries()) images.set(floats.subarray(row * size, (row + 1) * size), at * size);
      return images;
    },
  };
}

/** A plugin's dataset: `preprocessing` is a custom operation that lowers, or one that does not. */
export default definePlugin({
  name: "pictures",
  register(container) {
    const standardize: Preprocessing = [{ operation: "standardize", mean: MEAN, deviation: DEVIATION }];
    const kinds: Readonly<Record<string, Preprocessing>> = {
      standardize,
      lowers: [{ operation: "custom", name: "film", lower: () => standardize }],
      opaque: [{ operation: "custom", name: "film" }],
    };
    container.resolve(DATASETS).add("pictures", {
      description: "coloured noise",
      options: z.object({ height: z.int(), width: z.int(), preprocessing: z.string().default("standardize") }),
      create: ({ height, width, preprocessing }) => ({
        load: async ({ validation }) => ({
          shape: [height, width, 3],
          labels: Array.from({ length: CLASSES }, (_, i) => `quarter ${i}`),
          train: noise(60, [height, width], "train"),
          ...(validation > 0 ? { validation: noise(24, [height, width], "validation") } : {}),
          test: noise(40, [height, width], "test"),
          provenance: { source: "made" },
          preprocessing: kinds[preprocessing] ?? [],
        }),
      }),
    });
  },
});
