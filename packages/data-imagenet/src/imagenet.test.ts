import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createContainer, DATASETS, type LoadedDataset, mirrorsInTurn, UserError } from "@benn/core";
import { createAugment, createRandom, drawCutout } from "@benn/core/internals";
import { afterAll, describe, expect, test } from "vitest";
import { copyFolders, databases, FIXTURES, FOLDERS, load, newFolder, shards, small, SYNSETS, unpacked } from "../test/sets.ts";
import { DRAWS } from "./decode/recipe.ts";
import { imagenet } from "./imagenet.ts";
import { imagenetOptions } from "./imagenet-options.ts";
import plugin from "./index.ts";

let plain: LoadedDataset | undefined;
/** The folders with default options, loaded once. */
async function folders(): Promise<LoadedDataset> {
  plain ??= await imagenet(imagenetOptions.parse({ ...small, data: FOLDERS })).load({
    validation: 0,
    random: createRandom(1, "validation"),
  });
  return plain;
}
afterAll(() => plain?.dispose?.());

const all = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);

test("registers itself, and needs no option but the folder", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(container.resolve(DATASETS).names()).toEqual(["imagenet"]);
  container.resolve(DATASETS).create({ name: "imagenet", data: FOLDERS });
});

test("the classes of folders are their names in order, and the pictures theirs", async () => {
  const data = await folders();
  expect(data.labels).toEqual(SYNSETS);
  expect([...data.train.labels]).toEqual(SYNSETS.flatMap((_, label) => Array.from({ length: 8 }, () => label)));
  expect(data.test.labels).toHaveLength(12);
  const list = join(newFolder(), "words.txt");
  writeFileSync(list, "n01503061 bird\nn01800000 nothing here\nn02691156 airplane, aeroplane\nn02958343 car\n");
  expect((await load({ data: FOLDERS, classes: list })).labels).toEqual(["bird", "airplane, aeroplane", "car"]);
});

test("shards hold what the folders hold", async () => {
  const [files, tar] = [await folders(), await load({ data: await shards() })];
  expect(tar.train.labels).toEqual(files.train.labels);
  const rows = all(24);
  expect(await tar.train.images(rows, createAugment(3, 0, 0, 0))).toEqual(await files.train.images(rows, createAugment(3, 0, 0, 0)));
  expect(await tar.test.images(all(12))).toEqual(await files.test.images(all(12)));
});

test("a database of picture files gives what the files give", async () => {
  const [files, encoded] = [await folders(), await load({ data: databases("train.mdb", "encoded.mdb") })];
  expect(encoded.test.labels).toEqual(files.test.labels);
  expect(await encoded.test.images(all(12))).toEqual(await files.test.images(all(12)));
});

test("a database of pixels gives its very pixels: blue, green, red less the mean, the middle of each", async () => {
  const data = await load({ data: databases(), preprocess: "subtract-mean", mean: "104,117,123", augment: "crop" });
  expect(data.labels).toEqual(["0", "1", "2"]);
  expect([...data.train.labels]).toEqual(Array.from({ length: 24 }, (_, row) => row % 3));
  const image = await data.train.images(Int32Array.of(5));
  const planes = pixelsOf(5);
  const mean = [104, 117, 123];
  for (let at = 0; at < image.length; at++) {
    const [channel, x, y] = [at % 3, (Math.floor(at / 3) % 32) + 4, Math.floor(at / 96) + 4];
    expect(image[at]).toBe(planes[channel * 1600 + y * 40 + x]! - mean[channel]!);
  }
  expect(data.preprocessing).toEqual([
    { operation: "resizeShorterSide", side: 40 },
    { operation: "centerCrop", size: [32, 32] },
    { operation: "reverseChannels" },
    { operation: "standardize", mean: Float32Array.from(mean), deviation: Float32Array.of(1, 1, 1) },
  ]);
});

test("a mean image is subtracted where the crop lies, before mirroring", async () => {
  const mean = join(newFolder(), "mean.binaryproto");
  writeFileSync(mean, gunzipSync(readFileSync(join(FIXTURES, "lmdb/mean.binaryproto.gz"))));
  const options = { data: databases(), preprocess: "subtract-mean", augment: "crop" };
  const data = await load({ ...options, mean });
  const bare = await load({ ...options, mean: "0,0,0" });
  const rows = all(8);
  // The difference of the two is the mean at the position of the crop; the test finds the position and compares.
  const [less, raw] = [await data.train.images(rows, createAugment(2, 0, 0, 0)), await bare.train.images(rows, createAugment(2, 0, 0, 0))];
  const size = 32 * 32 * 3;
  const image = meanPixels();
  const places = new Set<string>();
  for (const row of rows) {
    const planes = pixelsOf(row);
    const [place] = findCrop(raw.subarray(row * size, (row + 1) * size), planes);
    expect(place, `crop of row ${row}`).toBeDefined();
    const { left, top, mirrored } = place!;
    places.add(`${left},${top},${mirrored}`);
    for (let at = 0; at < size; at += 7) {
      const [channel, x, y] = [at % 3, Math.floor(at / 3) % 32, Math.floor(at / 96)];
      const from = channel * 1600 + (top + y) * 40 + left + (mirrored ? 31 - x : x);
      expect(less[row * size + at]).toBeCloseTo(planes[from]! - image[from]!, 3);
    }
  }
  expect(places.size).toBeGreaterThan(4);
  const { mean: middleMean } = data.preprocessing.find((own) => own.operation === "standardize")!;
  expect(middleMean).toHaveLength(size);
  const middle = await data.test.images(Int32Array.of(0));
  const middleRaw = await bare.test.images(Int32Array.of(0));
  for (let at = 0; at < size; at += 11) expect(middle[at]).toBeCloseTo(middleRaw[at]! - middleMean[at]!, 3);
});

test("grey pixels come as three equal channels", async () => {
  const data = await load({ data: databases("train.mdb", "grey.mdb"), preprocess: "subtract-mean", mean: "0,0,0", augment: "crop" });
  const image = await data.test.images(Int32Array.of(1));
  for (let at = 0; at < image.length; at += 3) expect([image[at + 1], image[at + 2]]).toEqual([image[at], image[at]]);
});

test("with flip=alternating each picture is shown from the other side in the next epoch", async () => {
  const options = { data: FOLDERS, augment: "none" };
  const [plain, data] = [await load({ ...options, flip: false }), await load({ ...options, flip: "alternating" })];
  const rows = Int32Array.from({ length: 24 }, (_, row) => row);
  const images = await plain.train.images(rows);
  const size = images.length / rows.length;
  const side = Math.sqrt(size / 3);
  const isMirrored = (epoch: number, of: Float32Array): boolean[] =>
    Array.from(rows, (row) => {
      const [own, shown] = [images.subarray(row * size, (row + 1) * size), of.subarray(row * size, (row + 1) * size)];
      const mirrored = own.map((_, i) => own[i + 3 * (side - 1 - 2 * (Math.floor(i / 3) % side))]!);
      const is = mirrorsInTurn(row, createAugment(4, 1, epoch, 0));
      expect(shown).toEqual(is ? mirrored : own);
      return is;
    });
  const sides = [];
  for (const epoch of [0, 1, 2]) sides.push(isMirrored(epoch, await data.train.images(rows, createAugment(4, 1, epoch, 8 + epoch))));
  expect(new Set(sides[0]).size).toBe(2);
  expect(sides[1]).toEqual(sides[0]!.map((is) => !is));
  expect(sides[2]).toEqual(sides[0]);
});

test("cutout sets a square to zero in what is shown without it, whether read ahead or not", async () => {
  const [plain, data] = [await load({ data: FOLDERS }), await load({ data: FOLDERS, cutout: 9 })];
  const rows = Int32Array.of(3, 1, 3, 20);
  const images = await plain.train.images(rows, createAugment(6, 0, 0, 0));
  const size = Math.sqrt(images.length / rows.length / 3);
  const augment = createAugment(6, 0, 0, 0);
  await data.train.images(rows, augment); // its own draws come after those of the others
  const { random } = createAugment(6, 0, 0, 0);
  for (let i = 0; i < rows.length * DRAWS; i++) random.uniform();
  for (const at of rows.keys()) {
    const { top, left, bottom, right } = drawCutout(random, 9, [size, size]);
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++)
        for (let channel = 0; channel < 3; channel++) images[((at * size + y) * size + x) * 3 + channel] = 0;
  }
  data.train.prefetch?.(rows, createAugment(6, 0, 0, 0));
  expect(await data.train.images(rows, createAugment(6, 0, 0, 0))).toEqual(images);
  expect(random.bits()).toBe(augment.random.bits());
  expect(await data.train.images(rows)).toEqual(await plain.train.images(rows));
});

describe("the bytes are the same", () => {
  test.for(["resized-crop", "crop", "none"])("for any number of threads, with augment=%s", async (augment) => {
    const rows = Int32Array.from({ length: 40 }, (_, i) => (i * 7) % 24);
    const of = async (threads: number) => (await load({ data: FOLDERS, augment, threads })).train.images(rows, createAugment(9, 0, 0, 0));
    const one = await of(1);
    expect(await of(3)).toEqual(one);
    const plain = await (await load({ data: FOLDERS, augment })).train.images(rows);
    expect(one).not.toEqual(plain);
  });

  test("whether a batch was read ahead or not, whatever was foretold", async () => {
    const data = await folders();
    const [a, b, c] = [Int32Array.of(1, 2, 3), Int32Array.of(4, 4, 20), Int32Array.of(9)];
    const plain = [];
    for (const [i, rows] of [a, b, c].entries()) plain.push(await data.train.images(rows, createAugment(i, 0, 0, 0)));
    for (const [i, rows] of [a, b, c].entries()) data.train.prefetch?.(rows, createAugment(i, 0, 0, 0)); // the oldest is dropped
    data.train.prefetch?.(b, createAugment(77, 0, 0, 0));
    for (const [i, rows] of [a, b, c].entries())
      expect(await data.train.images(rows, createAugment(i, 0, 0, 0)), `batch ${i}`).toEqual(plain[i]);
    const rows = Int32Array.of(3, 1);
    data.train.prefetch?.(rows);
    rows.reverse(); // the prefetch was for other rows
    expect(await data.train.images(rows)).toEqual(await data.train.images(Int32Array.of(1, 3)));
  });

  test("for batches asked for at once", async () => {
    const data = await folders();
    const batches = Array.from({ length: 6 }, (_, i) => Int32Array.of(i, i + 6, i + 12));
    const together = await Promise.all(batches.map(async (rows) => data.train.images(rows)));
    for (const [i, rows] of batches.entries()) expect(await data.train.images(rows)).toEqual(together[i]);
  });
});

describe("a broken picture", () => {
  const spoil = (file: string): { data: string; path: string } => {
    const data = copyFolders();
    const path = join(data, "train", SYNSETS[1], `${SYNSETS[1]}_3.JPEG`);
    cpSync(join(FIXTURES, "broken", file), path);
    return { data, path };
  };

  test.for(["cut.jpg", "text.jpg", "empty.jpg"])("such as %s is an error that names it", async (file) => {
    const { data, path } = spoil(file);
    const set = await load({ data });
    expect(await set.train.images(Int32Array.of(0))).toHaveLength(32 * 32 * 3);
    await expect(set.train.images(Int32Array.of(0, 11, 5))).rejects.toThrow(`"${path}" is broken: `);
    await expect(set.train.images(Int32Array.of(11))).rejects.toBeInstanceOf(UserError);
    set.train.prefetch?.(Int32Array.of(11)); // no unhandled rejection
    await expect(set.train.images(Int32Array.of(11))).rejects.toThrow("set dataset.onBroken=skip");
  });

  test("is replaced by the next of its class if asked, and told of once", async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on("warning", listen);
    const { data, path } = spoil("cut.jpg");
    writeFileSync(join(data, "train", SYNSETS[1], `${SYNSETS[1]}_4.JPEG`), "not a picture either");
    const set = await load({ data, onBroken: "skip", augment: "none" });
    const whole = await load({ data: FOLDERS, augment: "none" });
    const got = await set.train.images(Int32Array.of(0, 11, 12, 11), createAugment(5, 0, 0, 0));
    expect(got).toEqual(await whole.train.images(Int32Array.of(0, 13, 13, 13), createAugment(5, 0, 0, 0)));
    await set.train.images(Int32Array.of(11));
    await new Promise((resolve) => setTimeout(resolve, 0));
    process.off("warning", listen);
    expect(warnings.map((text) => text.slice(0, text.indexOf(" is broken")))).toEqual(
      [path, path.replace("_3", "_4")].map((name) => `imagenet: "${name}"`),
    );
  });

  test("has no stand-in when its whole class is broken", async () => {
    const data = copyFolders();
    const folder = join(data, "train", SYNSETS[2]);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "no picture");
    const set = await load({ data, onBroken: "skip" });
    await expect(set.train.images(Int32Array.of(20))).rejects.toThrow("all pictures of the class");
  });

  test("in a shard or a database is named by its place there", async () => {
    const folder = await shards();
    const shard = join(folder, "val/val-0.tar");
    const bytes = readFileSync(shard);
    const start = bytes.indexOf(Buffer.from([0xff, 0xd8, 0xff]));
    bytes.fill(0, start, start + 64);
    writeFileSync(shard, bytes);
    await expect((await load({ data: folder })).test.images(Int32Array.of(0))).rejects.toThrow(
      `"${shard}, val/n01503061/ILSVRC2012_val_00000008.jpg"`,
    );

    const lmdb = databases("train.mdb", "encoded.mdb");
    const file = join(lmdb, "ilsvrc12_val_lmdb/data.mdb");
    const pages = readFileSync(file);
    for (let at = pages.indexOf(Buffer.from([0xff, 0xd8, 0xff])); at >= 0; at = pages.indexOf(Buffer.from([0xff, 0xd8, 0xff]), at))
      pages.fill(0, at, at + 64);
    writeFileSync(file, pages);
    await expect((await load({ data: lmdb })).test.images(Int32Array.of(2))).rejects.toThrow(
      `"${file}, key 00000002_ILSVRC2012_val_00000010.JPEG"`,
    );
  });

  test("that is gone is an error even where broken ones are skipped", async () => {
    const data = copyFolders();
    const set = await load({ data, onBroken: "skip" });
    rmSync(join(data, "train", SYNSETS[0], `${SYNSETS[0]}_0.JPEG`));
    await expect(set.train.images(Int32Array.of(0))).rejects.toThrow("cannot be read: ENOENT");
  });
});

describe("a clear error for", () => {
  const shape = (edit: (data: string) => void): string => {
    const data = copyFolders();
    edit(data);
    return data;
  };
  const flat = (labels: string, edit: (data: string) => void = () => {}): string =>
    shape((data) => {
      const val = join(data, "val");
      for (const synset of SYNSETS) {
        for (const name of readdirSync(join(val, synset))) renameSync(join(val, synset, name), join(val, name));
        rmSync(join(val, synset), { recursive: true });
      }
      writeFileSync(join(data, "val.txt"), labels);
      edit(data);
    });
  const cutDatabase = (): string => {
    const data = databases();
    truncateSync(join(data, "ilsvrc12_train_lmdb/data.mdb"), 100_000);
    return data;
  };

  test.for([
    ["a missing folder", () => ({ data: "/nowhere" }), 'data is "/nowhere", which is not a folder'],
    ["an empty folder", () => ({ data: newFolder() }), "holds no pictures that are known"],
    [
      "no classes",
      () => ({ data: shape((d) => SYNSETS.forEach((s) => rmSync(join(d, "train", s), { recursive: true }))) }),
      "no folders of classes",
    ],
    [
      "one class",
      () => ({ data: shape((d) => SYNSETS.slice(1).forEach((s) => rmSync(join(d, "train", s), { recursive: true }))) }),
      'only the class "n01503061"',
    ],
    ["an empty class", () => ({ data: shape((d) => mkdirSync(join(d, "train/n09999999"))) }), 'n09999999"'],
    ["no validation part", () => ({ data: shape((d) => rmSync(join(d, "val"), { recursive: true })) }), 'val" is not a folder'],
    [
      "a class missing in validation",
      () => ({ data: shape((d) => rmSync(join(d, "val", SYNSETS[1]), { recursive: true })) }),
      'lacks "n02691156"',
    ],
    [
      "a class missing in training",
      () => ({ data: shape((d) => rmSync(join(d, "train", SYNSETS[1]), { recursive: true })) }),
      'train" lacks "n02691156"',
    ],
    [
      "flat pictures without labels",
      () => ({ data: flat("", (d) => rmSync(join(d, "val.txt"))) }),
      "Name the file of their labels with dataset.valLabels",
    ],
    ["too few labels", () => ({ data: flat("0\n1\n") }), "has 2 labels for 12 pictures"],
    ["labels from 1 to the number of classes", () => ({ data: flat("3\n".repeat(12)) }), "Labels count from 0 in the order of the synsets"],
    ["a label that is no class", () => ({ data: flat("n00000001\n".repeat(12)) }), 'the label "n00000001" in line 1, which is no class'],
    ["labels of other pictures", () => ({ data: flat("dog.jpg 0\n".repeat(12)) }), 'names "dog.jpg", which is not among'],
    ["a missing file of labels", () => ({ data: flat(""), valLabels: "/nowhere.txt" }), '"/nowhere.txt" cannot be read (ENOENT)'],
    [
      "a list of classes that lacks one",
      () => ({ data: FOLDERS, classes: list("n01503061 bird\nn02691156 plane") }),
      '"n02958343" is not in the list',
    ],
    ["a list of one class", () => ({ data: FOLDERS, classes: list("n01503061 bird") }), "lists 1 classes"],
    ["a database cut short", () => ({ data: cutDatabase() }), "is not a sound LMDB database: it is cut short"],
    ["an empty database", () => ({ data: databases("empty.mdb") }), "has no pictures"],
    [
      "a database of other things",
      () => ({ data: databases("sizes.mdb") }),
      ", key 00000000: it is not a picture as Caffe stores it: it has no data",
    ],
    ["no database", () => ({ data: FOLDERS, source: "lmdb" }), "there is no LMDB database"],
    [
      "labels beyond the list of classes",
      () => ({ data: databases(), classes: list("n01503061 bird\nn02691156 plane") }),
      "has the label 2, but the list of classes ends at 1",
    ],
    ["a size beyond what is cropped", () => ({ data: FOLDERS, size: 64, resize: 40 }), "size is 64, but pictures are cut from 40"],
    ["a mean without its subtraction", () => ({ data: FOLDERS, mean: "1,2,3" }), "preprocess=standardize takes no mean"],
    ["a mean that is none", () => ({ data: FOLDERS, preprocess: "subtract-mean", mean: "1,2" }), "neither three numbers"],
    ["more rows than there are", () => ({ data: FOLDERS, trainRows: 99 }), "trainRows is 99, but there are only 24"],
  ] as const)("%s", async ([, options, message]) => {
    const loading = load(options());
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(UserError);
  });

  test("a mean image of another size, or with random sizes", async () => {
    const mean = join(newFolder(), "mean.binaryproto");
    writeFileSync(mean, gunzipSync(readFileSync(join(FIXTURES, "lmdb/mean.binaryproto.gz"))));
    const options = { data: databases(), preprocess: "subtract-mean", mean };
    await expect(load({ ...options, augment: "crop", resize: 36 })).rejects.toThrow("is 40×40, but pictures are cut from 36×36");
    await expect(load(options)).rejects.toThrow("resized-crop has no place in a mean image");
    const wide = await load({ ...options, data: FOLDERS, augment: "crop" });
    await expect(wide.train.images(Int32Array.of(0))).rejects.toThrow("set dataset.fit=squash");
    const squashed = await load({ ...options, data: FOLDERS, augment: "crop", fit: "squash" });
    expect(await squashed.train.images(Int32Array.of(0))).toHaveLength(3072);
    expect(squashed.preprocessing[0]).toEqual({ operation: "resize", size: [40, 40] });
  });

  test("rows that are not there", async () => {
    const data = await folders();
    await expect(data.train.images(Int32Array.of(24))).rejects.toThrow("row 24 of 24");
    data.train.prefetch?.(Int32Array.of(-1));
  });
});

test("flat validation pictures take their labels by name or in order, by synset or index", async () => {
  const files = await folders();
  const data = copyFolders();
  const names: string[] = [];
  for (const synset of SYNSETS) {
    for (const name of readdirSync(join(FOLDERS, "val", synset))) {
      names.push(`${name} ${SYNSETS.indexOf(synset)} ${synset}`);
      renameSync(join(data, "val", synset, name), join(data, "val", name));
    }
    rmSync(join(data, "val", synset), { recursive: true });
  }
  const column = (line: string, at: number): string => line.split(" ")[at] ?? "";
  for (const text of [
    names
      .toReversed()
      .map((line) => `${column(line, 0)} ${column(line, 1)}`)
      .join("\n"),
    names.map((line) => `val/${column(line, 0).replace(".JPEG", "")},${column(line, 2)} 1 2 3 4`).join("\r\n"),
    names.map((line) => column(line, 1)).join("\n"),
    `${names.map((line) => column(line, 2)).join("\n")}\n`,
  ]) {
    writeFileSync(join(data, "val.txt"), text);
    const set = await load({ data });
    expect(set.test.labels, text).toEqual(files.test.labels);
    expect(await set.test.images(Int32Array.of(0, 11))).toEqual(await files.test.images(Int32Array.of(0, 11)));
  }
});

test("pictures may lie deeper in a class, in folders that are links, beside files that are none", async () => {
  const data = copyFolders();
  const folder = join(data, "train", SYNSETS[0]);
  mkdirSync(join(folder, "images"));
  for (const name of readdirSync(folder)) if (name !== "images") renameSync(join(folder, name), join(folder, "images", name));
  writeFileSync(join(folder, "Thumbs.db"), "");
  writeFileSync(join(data, "train/.DS_Store"), "");
  renameSync(join(data, "train", SYNSETS[1]), join(data, "elsewhere"));
  symlinkSync(join(data, "elsewhere"), join(data, "train", SYNSETS[1]));
  const rows = Int32Array.of(0, 9, 23);
  expect(await (await load({ data })).train.images(rows)).toEqual(await (await folders()).train.images(rows));
});

test("fewer rows are taken of each class alike, and loading can be broken off", async () => {
  const data = await load({ data: FOLDERS, trainRows: 6, testRows: 3 }, 0.5);
  expect([...data.train.labels, ...(data.validation?.labels ?? [])].toSorted((a, b) => a - b)).toEqual([0, 0, 1, 1, 2, 2]);
  expect([...data.test.labels]).toEqual([0, 1, 2]);
  const dataset = imagenet(imagenetOptions.parse({ data: FOLDERS }));
  const told: string[] = [];
  const abort = new AbortController();
  const loading = dataset.load({
    validation: 0,
    random: createRandom(0, "v"),
    signal: abort.signal,
    onProgress: ({ what, done, total }) => {
      told.push(`${what} ${done}/${total}`);
      abort.abort();
    },
  });
  await expect(loading).rejects.toThrow("aborted");
  expect(told).toEqual([`listing ${join(FOLDERS, "train")} 0/3`]);
});

function list(text: string): string {
  const path = join(newFolder(), "classes.txt");
  writeFileSync(path, text);
  return path;
}

/** The planes blue, green, red [3, 40, 40] of a row of train.mdb, found by the beginning of its Datum. */
function pixelsOf(row: number): Uint8Array {
  const bytes = unpacked("train.mdb");
  // Any copy, including one on a freed page, will do: the same row always has the same pixels. Overflow pages are in the order of writing.
  const head = Buffer.from([0x08, 3, 0x10, 40, 0x18, 40, 0x22, 0xc0, 0x25]);
  const label = Buffer.from([0x28, row % 3]);
  const found: Buffer[] = [];
  for (let at = bytes.indexOf(head); at >= 0; at = bytes.indexOf(head, at + 1)) {
    const pixels = bytes.subarray(at + head.length, at + head.length + 4800);
    if (bytes.subarray(at + head.length + 4800, at + head.length + 4802).equals(label) && !found.some((other) => other.equals(pixels)))
      found.push(pixels);
  }
  return found[Math.floor(row / 3)] ?? new Uint8Array(4800);
}

/** The mean image's planes [3, 40, 40]. */
function meanPixels(): Float32Array {
  const file = gunzipSync(readFileSync(join(FIXTURES, "lmdb/mean.binaryproto.gz")));
  return new Float32Array(new Uint8Array(file.subarray(file.length - 4 * 4800)).buffer);
}

/** The position from which a crop [32, 32, 3] of whole numbers was taken out of planes [3, 40, 40]. */
function findCrop(image: Float32Array, planes: Uint8Array): { left: number; top: number; mirrored: boolean }[] {
  const places = [];
  for (const mirrored of [false, true]) {
    for (let top = 0; top <= 8; top++) {
      for (let left = 0; left <= 8; left++) {
        const fits = image.every((value, at) => {
          const [channel, x, y] = [at % 3, Math.floor(at / 3) % 32, Math.floor(at / 96)];
          return value === planes[channel * 1600 + (top + y) * 40 + left + (mirrored ? 31 - x : x)];
        });
        if (fits) places.push({ left, top, mirrored });
      }
    }
  }
  return places;
}
