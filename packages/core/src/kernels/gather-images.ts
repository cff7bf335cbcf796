import { drawn, input, type KernelContracts, number, shapeOf } from "../kernel-contract.ts";
import { moveImages } from "../moves.ts";

export const gatherKernels = {
  /**
   * images [N, H, W, C], rows int32 [B], moves? int32 [B, 7] → the images of those rows [B, H, W, C], moved as by `moveImages` (moves.ts).
   * Attribute `reflect`: 1 for the padding "reflect", 0 for "zeros". A backend that has this kernel has its own memory, and keeps images
   * there.
   */
  GatherImages: {
    cases: (random) =>
      [0, 1].map((reflect) => {
        const rows = { shape: [3], values: [2, 0, 2], dtype: "int32" as const };
        const moves = { shape: [3, 7], values: [0, 1, -2, 0, 0, 0, 0, 1, 0, 0, 1, 1, 3, 4, 1, -1, 1, 0, 2, 5, 3], dtype: "int32" as const };
        return { inputs: { images: drawn(random, [4, 5, 6, 3]), rows, moves }, attributes: { reflect } };
      }),
    reference: (given) => {
      const [images, rows] = [input(given, "images"), input(given, "rows")];
      const shape = shapeOf(given, "images").slice(1) as [number, number, number];
      const size = shape[0] * shape[1] * shape[2];
      const picked = Float32Array.from([...rows].flatMap((row) => [...images.subarray(row * size, (row + 1) * size)]));
      const values = Int32Array.from(input(given, "moves"));
      const moved = moveImages(picked, shape, { values, padding: number(given, "reflect") === 1 ? "reflect" : "zeros" });
      return [{ shape: [rows.length, ...shape], values: moved }];
    },
    tolerance: 0,
  },
} satisfies KernelContracts;
