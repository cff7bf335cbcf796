import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "@benn/core";
import { CLASSES, type Images, SIZE } from "./images.ts";
import { neighbourOf } from "./name-neighbour.ts";
import { readWhole } from "./read-whole.ts";
import type { OnFile, Source } from "./source.ts";

/** One label byte, then the red, the green and the blue plane. */
const RECORD = 1 + SIZE;

export const TRAIN_FILES = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
export const TEST_FILE = "test_batch.bin";
export const NAMES_FILE = "batches.meta.txt";

/** The files of the official binary archive; any of them marks a folder as one of this layout. */
export const BATCH_FILES = [...TRAIN_FILES, TEST_FILE];

/**
 * Reads a folder of the official binary layout: `data_batch_1.bin` to `data_batch_5.bin`, `test_batch.bin` and, if it is
 * there, `batches.meta.txt`. A file may hold any number of records, at least one.
 * @throws UserError for a file that is missing, of a wrong size, or with a label above 9
 * @see https://www.cs.toronto.edu/~kriz/cifar.html, section "Binary version"
 */
export async function readBinaryBatches(folder: string, onFile?: OnFile): Promise<Source> {
  for (const file of BATCH_FILES) {
    if (!existsSync(join(folder, file))) throw missingFile(folder, file);
  }
  const sha256: Record<string, string> = {};
  const read = async (file: string): Promise<Images> => {
    const bytes = await readWhole(join(folder, file));
    sha256[file] = createHash("sha256").update(bytes).digest("hex");
    onFile?.(Object.keys(sha256).length, BATCH_FILES.length);
    return parseRecords(bytes, join(folder, file));
  };
  const parts: Images[] = [];
  for (const file of TRAIN_FILES) parts.push(await read(file));
  const train = joinImages(parts);
  const test = await read(TEST_FILE);
  return { train, test, labels: await readNames(folder), files: sha256 };
}

export function missingFile(folder: string, file: string = BATCH_FILES[0]!): UserError {
  return new UserError(
    `cifar10: "${join(folder, file)}" is missing. Name the folder with ${TRAIN_FILES[0]} to ${TRAIN_FILES[4]} and ${TEST_FILE} ` +
      `(from cifar-10-binary.tar.gz), or set dataset.source=download to fetch them.`,
  );
}

/** Labels and planes of a file's records. */
function parseRecords(bytes: Uint8Array, path: string): Images {
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    const neighbour = bytes.length === 0 ? undefined : neighbourOf(bytes, path);
    if (neighbour) throw neighbour;
    throw new UserError(
      `cifar10: "${path}" has ${bytes.length} bytes, which is not a whole number of ${RECORD}-byte records ` +
        `(${Math.floor(bytes.length / RECORD)} and ${bytes.length % RECORD} bytes). It is cut short or not a CIFAR-10 file; fetch it again.`,
    );
  }
  const count = bytes.length / RECORD;
  const labels = new Uint8Array(count);
  const pixels = new Uint8Array(count * SIZE);
  for (let row = 0; row < count; row++) {
    const label = bytes[row * RECORD]!;
    if (label >= CLASSES.length) {
      throw new UserError(
        `cifar10: record ${row} of "${basename(path)}" has the label ${label}, but labels go from 0 to 9. ` +
          `The file is damaged or not a CIFAR-10 file (CIFAR-100 has two label bytes); fetch it again.`,
      );
    }
    labels[row] = label;
    pixels.set(bytes.subarray(row * RECORD + 1, (row + 1) * RECORD), row * SIZE);
  }
  return { labels, pixels };
}

function joinImages(parts: readonly Images[]): Images {
  const count = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  const labels = new Uint8Array(count);
  const pixels = new Uint8Array(count * SIZE);
  let at = 0;
  for (const part of parts) {
    labels.set(part.labels, at);
    pixels.set(part.pixels, at * SIZE);
    at += part.labels.length;
  }
  return { labels, pixels };
}

async function readNames(folder: string): Promise<readonly string[]> {
  const path = join(folder, NAMES_FILE);
  if (!existsSync(path)) return CLASSES;
  const names = new TextDecoder()
    .decode(await readWhole(path))
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (names.length !== CLASSES.length || new Set(names).size !== names.length) {
    throw new UserError(`cifar10: "${path}" should name 10 classes, one a line, and has ${names.length}. Mend or delete the file.`);
  }
  return names;
}
