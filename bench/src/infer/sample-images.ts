import { createRandom } from "@benn/core/internals";

/** Square images for every classifier: pixels, and the same standardized. */
export interface SampleImages {
  readonly bytes: readonly Uint8Array[];
  readonly floats: readonly Float32Array[];
}

/** Standardization per channel. */
export const MEAN = [125, 123, 114] as const;
export const DEVIATION = [63, 62, 67] as const;

export function sampleImages(count: number, side: number): SampleImages {
  const random = createRandom(1, "bench", "images");
  const bytes = Array.from({ length: count }, () => {
    let value = 128; // a random walk, so that neighbours are similar as in real pictures
    return Uint8Array.from(
      { length: 3 * side * side },
      () => (value = Math.round(Math.min(255, Math.max(0, value + 25 * random.normal())))),
    );
  });
  const standardized = (byte: number, i: number): number => (byte - (MEAN[i % 3] ?? 0)) / (DEVIATION[i % 3] ?? 1);
  return { bytes, floats: bytes.map((image) => Float32Array.from(image, standardized)) };
}
