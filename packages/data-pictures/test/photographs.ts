import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRandom } from "@benn/core/internals";
import { cifar10, cifar10Options } from "@benn/data-cifar";
import sharp from "sharp";

/** A picture file to write. */
export interface Photograph {
  readonly path: string;
  /** Class of the built-in sample, and the index of its picture. */
  readonly label: string;
  readonly nth: number;
  /** Of the file; 32×32 enlarged. */
  readonly width?: number;
  readonly height?: number;
}

let sample: Promise<(label: string, nth: number) => Promise<Buffer>> | undefined;

/** Bytes [32, 32, 3] of the photographs that come with data-cifar. */
async function readSample(): Promise<(label: string, nth: number) => Promise<Buffer>> {
  const { train, labels, preprocessing } = await cifar10(cifar10Options.parse({})).load({ validation: 0, random: createRandom(0, "test") });
  const [standardize] = preprocessing;
  if (standardize?.operation !== "standardize") throw new Error("is not standardized");
  const { mean, deviation } = standardize;
  return async (label, nth) => {
    const row = [...train.labels.entries()].filter(([, own]) => labels[own] === label)[nth]?.[0] ?? 0;
    const values = await train.images(Int32Array.of(row));
    return Buffer.from(values.map((value, i) => Math.round(value * deviation[i % 3]! + mean[i % 3]!)));
  };
}

/** Writes photographs as files of the types given by their names. */
export async function writePhotographs(folder: string, photographs: readonly Photograph[]): Promise<void> {
  sample ??= readSample();
  const read = await sample;
  for (const { path, label, nth, width = 32, height = 32 } of photographs) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    await sharp(await read(label, nth), { raw: { width: 32, height: 32, channels: 3 } })
      .resize({ width, height, fit: "fill" })
      .toFile(to);
  }
}

/** `count` photographs of each label in a folder of its name in `prefix`, JPEG and PNG alternating, of various sizes. */
export function byClass(labels: readonly string[], count: number, { prefix = "", from = 0 } = {}): Photograph[] {
  return labels.flatMap((label) =>
    Array.from({ length: count }, (_, i) => ({
      path: join(prefix, label, `${label} ${String(from + i).padStart(3, "0")}.${i % 2 === 0 ? "jpg" : "png"}`),
      label,
      nth: from + i,
      width: 32 + 7 * (i % 5),
      height: 32 + 11 * (i % 3),
    })),
  );
}
