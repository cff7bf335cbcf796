// Makes the built-in sample from the official files:
//   node --conditions=source sample/make.ts FOLDER [test rows to leave out, a file with the index first on each line]
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom, shuffle } from "@benn/core/internals";
import { readBinaryBatches } from "../src/binary-batches.ts";
import { packImages } from "../src/image-codec.ts";
import { CIFAR10 } from "../src/layout.ts";
import { CLASSES, type Images, pickImages } from "../src/images.ts";

const SEED = 2019;
const TRAIN_PER_CLASS = 400;
const TEST_PER_CLASS = 100;

/** The first rows of each class in a seeded shuffle of the official order, interleaved by class: 0, 1, … 9, 0, 1, … */
function chooseRows({ labels }: Images, perClass: number, split: string, leaveOut: ReadonlySet<number>): Int32Array {
  const order = shuffle(Int32Array.from(labels.keys()), createRandom(SEED, "sample", split));
  const rows = new Int32Array(perClass * CLASSES.length);
  for (const label of CLASSES.keys()) {
    const own = order.filter((row) => labels[row] === label && !leaveOut.has(row)).subarray(0, perClass);
    for (const [turn, row] of own.entries()) rows[turn * CLASSES.length + label] = row;
  }
  return rows;
}

const [folder, inexact] = process.argv.slice(2);
if (folder === undefined) throw new Error("Name the folder of the official binary files.");
const leaveOut = new Set(
  (inexact === undefined ? "" : readFileSync(inexact, "utf8"))
    .split("\n")
    .map((line) => Number.parseInt(line, 10))
    .filter(Number.isInteger),
);
const source = await readBinaryBatches(folder, CIFAR10);
for (const [split, perClass, out] of [
  ["train", TRAIN_PER_CLASS, new Set<number>()],
  ["test", TEST_PER_CLASS, leaveOut],
] as const) {
  const rows = chooseRows(source[split], perClass, split, out);
  const { pixels } = pickImages(source[split], rows);
  if (!(pixels instanceof Uint8Array)) throw new Error("The sample is made of bytes.");
  const packed = packImages(pixels);
  writeFileSync(join(import.meta.dirname, `${split}.bin`), packed);
  const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  console.log(`${split}: ${rows.length} images in ${packed.length} bytes, file ${digest(packed)}, pixels ${digest(pixels)}`);
}
