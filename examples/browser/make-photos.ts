// Makes public/photos.webp and src/photos.json, the photographs that the training page trains on, from the sample of @benn/data-cifar:
// node --conditions=source make-photos.ts
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createContainer, DATASETS, type LoadedDataset } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import dataCifar from "@benn/data-cifar";
import sharp from "sharp";

const ROWS = { train: 1500, test: 500 };
/** Number of photographs per row in the picture that contains all. */
const ACROSS = 50;
const SIDE = 32;

const container = createContainer();
await dataCifar.register(container);
const { name, ...options } = { name: "cifar10", source: "sample", trainRows: ROWS.train, testRows: ROWS.test };
const data = await container
  .resolve(DATASETS)
  .create({ name, ...options })
  .load({ validation: 0, random: createRandom(0, "photos") });

/** The bytes that were standardized: [rows, height, width, channels]. */
async function bytesOf(split: LoadedDataset["train"]): Promise<Uint8Array> {
  const [standardized] = data.preprocessing;
  if (!standardized || !("operation" in standardized) || standardized.operation !== "standardize")
    throw new Error("the sample is not standardized");
  const { mean, deviation } = standardized;
  const values = await split.images(Int32Array.from(split.labels.keys()));
  return Uint8Array.from(values, (value, i) => Math.round(value * (deviation[i % 3] ?? 1) + (mean[i % 3] ?? 0)));
}

const bytes = Buffer.concat([await bytesOf(data.train), await bytesOf(data.test)]);
const count = ROWS.train + ROWS.test;
const width = ACROSS * SIDE;
const height = (count / ACROSS) * SIDE;
const sheet = Buffer.alloc(3 * width * height);
for (let row = 0; row < count; row++) {
  const [top, left] = [Math.floor(row / ACROSS) * SIDE, (row % ACROSS) * SIDE];
  for (let y = 0; y < SIDE; y++) {
    bytes.copy(sheet, 3 * ((top + y) * width + left), 3 * SIDE * (row * SIDE + y), 3 * SIDE * (row * SIDE + y + 1));
  }
}
await sharp(sheet, { raw: { width, height, channels: 3 } })
  .webp({ lossless: true, effort: 6 })
  .toFile(join(import.meta.dirname, "public/photos.webp"));
const labels = { classes: data.labels, train: [...data.train.labels], test: [...data.test.labels] };
writeFileSync(join(import.meta.dirname, "src/photos.json"), `${JSON.stringify(labels)}\n`);
