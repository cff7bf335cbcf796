import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { writeSafetensors } from "@benn/core/internals";
import { Header } from "tar";
import { decodePicture } from "../../../../packages/data-imagenet/src/decode/decode-picture.ts";
import type { Recipe } from "../../../../packages/data-imagenet/src/decode/recipe.ts";
import { valueWriter } from "../../../../packages/data-imagenet/src/decode/write-values.ts";
import { readDatum } from "../../../../packages/data-imagenet/src/lmdb/datum.ts";
import { LmdbFile } from "../../../../packages/data-imagenet/src/lmdb/lmdb-file.ts";
import { readMean } from "../../../../packages/data-imagenet/src/mean-image.ts";
import { readClassList } from "../../../../packages/data-imagenet/src/sources/class-list.ts";
import { keptFile } from "../../../../packages/data-kit/src/kept-file.ts";
import { readLabelFile } from "../../../../packages/data-imagenet/src/sources/label-file.ts";
import { openSource } from "../../../../packages/data-imagenet/src/sources/open-source.ts";
import { tarEntries } from "../../../../packages/data-imagenet/src/sources/tar-headers.ts";
import { must, type Reader } from "../reader.ts";
import { npy, withTarSums } from "./cifar.ts";
import { safetensorsSeeds } from "./packed.ts";

const FIXTURES = join(import.meta.dirname, "../../../../packages/data-imagenet/fixtures");
const unpacked = (name: string): Uint8Array => gunzipSync(readFileSync(join(FIXTURES, "lmdb", `${name}.gz`)));

export const lmdb: Reader = {
  reads: "LMDB databases",
  inputs: 20_000,
  async open(folder) {
    const path = join(folder, "data.mdb");
    return {
      seeds: ["train.mdb", "encoded.mdb", "sizes.mdb", "empty.mdb"].map(unpacked).filter(({ length }) => length < 400_000),
      form: "bytes",
      read(bytes) {
        writeFileSync(path, bytes);
        const file = new LmdbFile(path);
        try {
          let last = "";
          for (const { key, offset, length } of file.entries()) {
            must(offset >= 0 && offset + length <= bytes.length, "a value lies in the file");
            must(key.toString("latin1") > last || last === "", "keys are in order");
            last = key.toString("latin1");
          }
        } finally {
          file.close();
        }
      },
    };
  },
};

export const datum: Reader = {
  reads: "Caffe's Datum",
  inputs: 80_000,
  async open(folder) {
    const path = join(folder, "data.mdb");
    writeFileSync(path, unpacked("encoded.mdb"));
    const file = new LmdbFile(path);
    const seeds = [...file.entries()].slice(0, 3).map(({ offset, length }) => Uint8Array.from(file.read(offset, length)));
    file.close();
    return {
      seeds: [...seeds, Uint8Array.of(8, 1, 16, 2, 24, 2, 34, 4, 1, 2, 3, 4, 40, 7)],
      form: "bytes",
      read(bytes) {
        const { start, end, label } = readDatum(bytes.subarray(0, 64), bytes.length, (from) => bytes.subarray(from));
        must(start >= 0 && end <= bytes.length && Number.isInteger(label), "the picture lies in the message");
      },
      // From decoding threads, which do not load core: it becomes a sentence elsewhere.
      refuses: ({ name, message }) => name === "Error" && message.startsWith("it is not"),
    };
  },
};

export const mean: Reader = {
  reads: "mean images (.binaryproto, .npy)",
  inputs: 10_000,
  async open(folder) {
    const proto = unpacked("mean.binaryproto");
    return {
      seeds: [proto, npy("<f4", [3], new Uint8Array(12)), npy("<f4", [3, 40, 40], new Uint8Array(4 * 4800))],
      form: "bytes",
      read(bytes) {
        const path = join(folder, bytes.length < 12 || bytes[0] === 0x93 ? "mean.npy" : "mean.binaryproto");
        writeFileSync(path, bytes);
        must(readMean(path, 40).every(Number.isFinite), "a mean is finite");
      },
    };
  },
};

export const classes: Reader = {
  reads: "lists of classes",
  inputs: 15_000,
  async open(folder) {
    const path = join(folder, "classes.txt");
    return {
      seeds: [
        Buffer.from("n01440764 tench, Tinca tinca\nn01443537 goldfish\nn01484850 crane\nn01491361 crane\n"),
        Buffer.from("id\tsynset\tname\n0\tn01440764\ttench\n1\tn01443537\tgoldfish\n"),
      ],
      form: "text",
      read(bytes) {
        writeFileSync(path, bytes);
        const { names } = readClassList(path);
        must(names.length >= 2 && new Set(names).size === names.length, "classes differ");
      },
    };
  },
};

export const valLabels: Reader = {
  reads: "labels of the validation pictures (val.txt, LOC_val_solution.csv)",
  inputs: 20_000,
  async open(folder) {
    const path = join(folder, "val.txt");
    const files = Array.from({ length: 4 }, (_, n) => `ILSVRC2012_val_0000000${n + 1}.JPEG`);
    const synsets = ["n01440764", "n01443537"];
    return {
      seeds: [
        Buffer.from(files.map((name, n) => `${name} ${n % 2}\n`).join("")),
        Buffer.from(
          `ImageId,PredictionString\n${files.map((name, n) => `${name.replace(".JPEG", "")},${synsets[n % 2]} 1 2 3 4 \n`).join("")}`,
        ),
        Buffer.from("n01440764\nn01443537\n0\n1\n"),
      ],
      form: "text",
      read(bytes) {
        writeFileSync(path, bytes);
        const labels = readLabelFile(path, files, synsets);
        must(labels.length === 4 && labels.every((label) => label === 0 || label === 1), "each picture has a class");
      },
    };
  },
};

export const folders: Reader = {
  reads: "folders of pictures, with a changed val.txt",
  inputs: 2000,
  async open(folder) {
    cpSync(join(FIXTURES, "folders"), folder, { recursive: true });
    const flat = readdirSync(join(folder, "val"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name } of flat) cpSync(join(parentPath, name), join(folder, "val", name));
    for (const entry of readdirSync(join(folder, "val"), { withFileTypes: true }))
      if (entry.isDirectory()) rmSync(join(folder, "val", entry.name), { recursive: true });
    const names = readdirSync(join(folder, "val")).toSorted();
    return {
      seeds: [Buffer.from(names.map((name, n) => `${name} ${n % 3}\n`).join(""))],
      form: "text",
      async read(bytes) {
        writeFileSync(join(folder, "val.txt"), bytes);
        const source = await openSource({ data: folder, source: undefined, train: undefined, val: undefined, valLabels: undefined, classes: undefined, cache: join(folder, "cache"), watch: async () => {} }); // prettier-ignore
        must(
          source.test.labels.every((label) => label >= 0 && label < source.labels.length),
          "each picture has a class",
        );
      },
    };
  },
};

export const shard: Reader = {
  reads: "shards (.tar)",
  inputs: 20_000,
  async open(folder) {
    const path = join(folder, "train-0.tar");
    const file = (name: string, data: Uint8Array): Buffer => {
      const block = Buffer.alloc(512);
      const header = new Header({ path: name, size: data.length, type: "File", mode: 0o644, mtime: new Date(0) });
      header.encode(block);
      return Buffer.concat([block, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
    };
    const picture = readFileSync(join(FIXTURES, "special/grey.jpg")).subarray(0, 900);
    const seed = Buffer.concat([file("a/0.cls", Buffer.from("0")), file("a/0.jpg", picture), file("a/1.cls", Buffer.from("1")), file("a/1.jpg", picture), Buffer.alloc(1024)]); // prettier-ignore
    return {
      seeds: [seed],
      form: "bytes",
      seal: withTarSums,
      read(bytes) {
        writeFileSync(path, bytes);
        for (const { offset, size, read } of tarEntries(path)) {
          must(offset >= 0 && offset + size <= bytes.length, "a file lies in the archive");
          if (size < 1000) must(read().length === size, "a file is as long as its header says");
        }
      },
    };
  },
};

export const index: Reader = {
  reads: "a kept index, which costs only the time where it is damaged",
  inputs: 6000,
  async open(folder) {
    const of = join(folder, "pictures.tar");
    const cache = join(folder, "cache");
    mkdirSync(cache);
    writeFileSync(of, "x");
    const made = { metadata: {}, tensors: new Map() };
    const keep = (): ReturnType<typeof keptFile> => keptFile(cache, { paths: [of] }, async () => made);
    await keep();
    const path = join(cache, readdirSync(cache)[0] ?? "");
    return {
      seeds: [...safetensorsSeeds(), writeSafetensors(made)],
      form: "safetensors",
      async read(bytes) {
        writeFileSync(path, bytes);
        must((await keep()).tensors instanceof Map, "there is an index");
      },
    };
  },
};

const recipe: Recipe = { size: 8, resize: 10, fit: "short-side", augment: "none", flip: false, minArea: 0.08, channels: "rgb", mean: new Float32Array(3), deviation: Float32Array.of(1, 1, 1) }; // prettier-ignore

export const picture: Reader = {
  reads: "pictures to train on (JPEG, PNG, and within a Datum)",
  inputs: 5000,
  open: async () => ({
    seeds: ["grey.jpg", "exif-6.jpg", "alpha.png", "cmyk.jpg"].map((name) => readFileSync(join(FIXTURES, "special", name))),
    form: "bytes",
    async read(bytes) {
      const into = new Float32Array(3 * 64).fill(Number.NaN);
      await decodePicture({ bytes, form: "file" }, recipe, valueWriter(recipe), { draws: undefined, into, at: 0 });
      must(into.every(Number.isFinite), "every value is written");
    },
    // The library's own message; the dataset turns it into a sentence with the picture's name.
    refuses: ({ name }) => name === "Error",
  }),
};
