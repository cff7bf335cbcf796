import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@benn/core/internals";
import { cifar10, cifar10Options } from "@benn/data-cifar";
import sharp from "sharp";
import { create } from "tar";
import { writeLmdb } from "./write-lmdb.ts";

/** The same pictures stored in three ways. */
export interface Sets {
  readonly folders: string;
  readonly shards: string;
  readonly lmdb: string;
  readonly pictures: number;
  /** Mean bytes of a picture file. */
  readonly bytes: number;
  readonly remove: () => void;
}

/** @param data a folder with train/CLASS/*.jpg to take the pictures from; default: made from CIFAR-10's */
export async function makeSets(data: string | undefined, count: number): Promise<Sets> {
  const root = mkdtempSync(join(tmpdir(), "bench-data-"));
  const folders = join(root, "folders");
  if (data === undefined) await makePictures(folders, count);
  else copySome(data, folders, count);

  const classes = readdirSync(join(folders, "train")).toSorted();
  const [shards, lmdb] = [join(root, "shards"), join(root, "lmdb")];
  let [pictures, bytes] = [0, 0];
  for (const part of ["train", "val"]) {
    const files = classes.flatMap((name, label) =>
      readdirSync(join(folders, part, name))
        .toSorted()
        .map((file) => ({ label, path: join(folders, part, name, file) })),
    );
    const scratch = join(root, "scratch");
    for (const folder of [scratch, join(shards, part), join(lmdb, part)]) mkdirSync(folder, { recursive: true });
    const members = files.flatMap(({ label, path }, i) => {
      const key = String(i).padStart(8, "0");
      cpSync(path, join(scratch, `${key}.jpg`));
      writeFileSync(join(scratch, `${key}.cls`), String(label));
      return [`${key}.jpg`, `${key}.cls`];
    });
    await create({ file: join(shards, part, "0.tar"), cwd: scratch, portable: true }, members);
    rmSync(scratch, { recursive: true });
    const data: Uint8Array[] = [];
    for (const { label, path } of files)
      data.push(datum(await sharp(path).resize(256, 256, { fit: "fill" }).removeAlpha().toColourspace("srgb").raw().toBuffer(), label));
    writeLmdb(join(lmdb, part, "data.mdb"), data);
    if (part === "train") {
      pictures = files.length;
      bytes = files.reduce((sum, { path }) => sum + statSync(path).size, 0) / files.length;
    }
  }
  return { folders, shards, lmdb, pictures, bytes, remove: () => rmSync(root, { recursive: true }) };
}

/** Photographs of CIFAR-10 enlarged to ImageNet's usual 500×375, with noise that makes their files as large as ImageNet's. */
async function makePictures(folder: string, count: number): Promise<void> {
  const data = await cifar10(cifar10Options.parse({})).load({ validation: 0, random: createRandom(0, "bench") });
  const { mean, deviation } = data.preprocessing.find((own) => own.operation === "standardize")!;
  const random = createRandom(1, "bench", "noise");
  const classes = Math.min(10, count); // all of them in both parts
  for (const [part, from, rows] of [
    ["train", 0, count],
    ["val", count, Math.min(20, count)],
  ] as const) {
    for (let i = 0; i < rows; i++) {
      const values = await data.train.images(Int32Array.of(from + i));
      const pixels = Uint8Array.from(values, (value, at) => Math.max(0, Math.min(255, value * deviation[at % 3]! + mean[at % 3]!)));
      const { data: large, info } = await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
        .resize(500, 375, { fit: "fill" })
        .raw()
        .toBuffer({ resolveWithObject: true });
      for (let at = 0; at < large.length; at++) large[at] = Math.max(0, Math.min(255, large[at]! + random.integer(33) - 16));
      const place = join(folder, part, `class-${i % classes}`);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, `${i}.jpg`), await sharp(large, { raw: info }).jpeg({ quality: 90 }).toBuffer());
    }
  }
}

function copySome(data: string, folder: string, count: number): void {
  const classes = readdirSync(join(data, "train")).toSorted();
  for (const [part, most] of [
    ["train", count],
    ["val", 20],
  ] as const) {
    for (const name of classes) {
      mkdirSync(join(folder, part, name), { recursive: true });
      const files = readdirSync(join(data, part, name))
        .toSorted()
        .slice(0, Math.ceil(most / classes.length));
      for (const file of files) writeFileSync(join(folder, part, name, file), readFileSync(join(data, part, name, file)));
    }
  }
}

/** A Datum of 256×256 pixels: planes blue, green, red. */
function datum(pixels: Uint8Array, label: number): Uint8Array {
  const plane = 256 * 256;
  const head = [0x08, 3, 0x10, 0x80, 2, 0x18, 0x80, 2, 0x22, 0x80, 0x80, 0x0c];
  const message = new Uint8Array(head.length + 3 * plane + 2);
  message.set(head);
  for (let at = 0; at < plane; at++) for (let c = 0; c < 3; c++) message[head.length + c * plane + at] = pixels[3 * at + 2 - c]!;
  message.set([0x28, label], message.length - 2); // labels below 128
  return message;
}
