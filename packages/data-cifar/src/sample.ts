import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { UserError } from "@benn/core";
import { unpackImages } from "./image-codec.ts";
import { CLASSES, type Images, SIZE } from "./images.ts";
import type { OnFile, Source } from "./source.ts";

/** SHA-256 of the two files of the sample; `sample/README.md` describes how they were made. */
const FILES = {
  "train.bin": "16d5453ad99f230115db972b97b33c11079106c86d77df35a0d3e12cbced31a3",
  "test.bin": "c7e8189aaf9464c864cbf7f9c9bfdf16b3ef3d31855ef123e1dc427d8ed013bf",
};

/** Description of the sample. */
export const SAMPLE_WORDS = "4,000 photographs for training, 1,000 for testing";

/** Unpacked pixels, for as long as they are in use: a process may train many runs, and unpacking takes longer than a small one. */
const unpacked = new Map<keyof typeof FILES, WeakRef<Uint8Array>>();

/**
 * The sample of CIFAR-10 in this package: 4,000 training and 1,000 test images, lossless, with equally many of each class. Read only.
 * @throws UserError if a file does not have its checksum
 */
export async function readSample(onFile?: OnFile): Promise<Source> {
  const read = async (name: keyof typeof FILES): Promise<Images> => {
    const file = await readFile(new URL(`../sample/${name}`, import.meta.url));
    const digest = createHash("sha256").update(file).digest("hex");
    if (digest !== FILES[name]) {
      throw new UserError(`cifar10: the built-in sample's ${name} is damaged (SHA-256 ${digest}). Install @benn/data-cifar again.`);
    }
    const pixels = unpacked.get(name)?.deref() ?? unpackImages(file);
    unpacked.set(name, new WeakRef(pixels));
    return { labels: Uint8Array.from({ length: pixels.length / SIZE }, (_, row) => row % CLASSES.length), pixels };
  };
  const train = await read("train.bin");
  onFile?.(1, 2);
  const test = await read("test.bin");
  onFile?.(2, 2);
  return { train, test, labels: CLASSES, files: FILES };
}
