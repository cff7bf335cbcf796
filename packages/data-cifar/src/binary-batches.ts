import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "@benn/core";
import { foreignFileError, readWhole } from "@benn/data-kit";
import { type Images, SIZE } from "./images.ts";
import { imageFiles, type Layout } from "./layout.ts";
import type { OnFile, Source } from "./source.ts";

/**
 * Reads a folder of an official binary layout: files of records, each with one or two label bytes, then the red, green and blue plane. A
 * file may hold any number of records, at least one.
 * @throws UserError for a file that is missing, has a wrong size, or contains a label without a class
 */
export async function readBinaryBatches(folder: string, layout: Layout, onFile?: OnFile): Promise<Source> {
  const { dataset, train: trainFiles, test: testFile } = layout;
  const all = imageFiles(layout);
  for (const file of all) {
    if (!existsSync(join(folder, file))) throw missingFile(folder, layout, file);
  }
  const sha256: Record<string, string> = {};
  const read = async (file: string): Promise<Images> => {
    const bytes = await readWhole(join(folder, file), dataset);
    sha256[file] = createHash("sha256").update(bytes).digest("hex");
    onFile?.(Object.keys(sha256).length, all.length);
    return parseRecords(bytes, join(folder, file), layout);
  };
  const parts: Images[] = [];
  for (const file of trainFiles) parts.push(await read(file));
  const train = joinImages(parts);
  const test = await read(testFile);
  return { train, test, labels: await readNames(folder, layout), files: sha256 };
}

export function missingFile(folder: string, layout: Layout, file: string = imageFiles(layout)[0]!): UserError {
  const { dataset, train, test, archive } = layout;
  const files = train.length > 1 ? `${train[0]} to ${train.at(-1)} and ${test}` : `${train[0]} and ${test}`;
  return new UserError(
    `${dataset}: "${join(folder, file)}" is missing. Name the folder with ${files} (from ${archive.name}), or set dataset.source=download to fetch them.`,
  );
}

/** Labels and planes of a file's records. */
function parseRecords(bytes: Uint8Array, path: string, { dataset, title, labelBytes, labelAt, classes }: Layout): Images {
  const record = labelBytes + SIZE;
  if (bytes.length === 0 || bytes.length % record !== 0) {
    const neighbour = bytes.length === 0 ? undefined : foreignFileError(bytes, path, dataset);
    if (neighbour) throw neighbour;
    throw new UserError(
      `${dataset}: "${path}" has ${bytes.length} bytes, which is not a whole number of ${record}-byte records ` +
        `(${Math.floor(bytes.length / record)} and ${bytes.length % record} bytes). It is cut short or not a ${title} file; fetch it again.`,
    );
  }
  const count = bytes.length / record;
  const labels = new Uint8Array(count);
  const pixels = new Uint8Array(count * SIZE);
  for (let row = 0; row < count; row++) {
    const label = bytes[row * record + labelAt]!;
    if (label >= classes) {
      throw new UserError(
        `${dataset}: record ${row} of "${basename(path)}" has the label ${label}, but labels go from 0 to ${classes - 1}. ` +
          `The file is damaged or not a ${title} file (CIFAR-10 has one label byte, CIFAR-100 two); fetch it again.`,
      );
    }
    labels[row] = label;
    pixels.set(bytes.subarray(row * record + labelBytes, (row + 1) * record), row * SIZE);
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

async function readNames(folder: string, { dataset, names: file, classes, usualNames }: Layout): Promise<readonly string[]> {
  const path = join(folder, file);
  if (usualNames && !existsSync(path)) return usualNames;
  const names = new TextDecoder()
    .decode(await readWhole(path, dataset))
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (names.length !== classes || new Set(names).size !== names.length) {
    const remedy = usualNames ? "Fix or delete the file." : "Fix the file.";
    throw new UserError(`${dataset}: "${path}" should name ${classes} classes, one a line, and has ${names.length}. ${remedy}`);
  }
  return names;
}
