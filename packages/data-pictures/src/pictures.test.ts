import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContainer, DATASETS, type LoadedDataset, PRESETS, UserError, type z } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { testDataset } from "@benn/core/testing";
import { temporaryFolder } from "@benn/data-kit/testing";
import { resize } from "@benn/packed/resize";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { byClass, writePhotographs } from "../test/photographs.ts";
import { checkMemory } from "./check-memory.ts";
import plugin from "./index.ts";
import { pictures } from "./pictures.ts";
import { picturesOptions } from "./pictures-options.ts";

const CLASSES = ["bird", "cat", "ship"];
const shared = mkdtempSync(join(tmpdir(), "benn-pictures-"));
const [photos, parts, cache] = [join(shared, "photos"), join(shared, "parts"), join(shared, "cache")];
beforeAll(async () => {
  await writePhotographs(photos, byClass(CLASSES, 10));
  await writePhotographs(parts, [...byClass(CLASSES, 6, { prefix: "train" }), ...byClass(CLASSES, 3, { prefix: "test", from: 6 })]);
}, 120_000); // unpacks the sample, on cores that are shared
afterAll(() => rmSync(shared, { recursive: true, force: true }));

type Options = z.input<typeof picturesOptions>;
const dataset = (options: Options) => pictures(picturesOptions.parse({ cache, threads: 1, ...options }));
const load = (options: Options, validation = 0, seed = 1): Promise<LoadedDataset> =>
  dataset(options).load({ validation, random: createRandom(seed, "validation") });
const copy = async (of: string): Promise<string> => {
  const folder = join(await temporaryFolder(), "copy");
  cpSync(of, folder, { recursive: true });
  return folder;
};
const failureOf = async (options: Options): Promise<string> => {
  const failure = await load(options).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  return (failure as UserError).message;
};

testDataset("pictures, split by itself", () => dataset({ data: photos, flip: false }));
testDataset("pictures in two parts, augmented in all ways", () =>
  dataset({ data: parts, size: 40, fit: "squash", flip: true, crop: 5, padding: "reflect", cutout: 9 }),
);

test("classes are the folders, a fifth of each is for testing, whatever the run's seed", async () => {
  const { shape, labels, train, test: held, provenance, warnings } = await load({ data: photos });
  expect([shape, labels, warnings]).toEqual([[32, 32, 3], CLASSES, []]);
  expect([...train.labels]).toEqual(CLASSES.flatMap((_, label) => Array.from({ length: 8 }, () => label)));
  expect([...held.labels]).toEqual([0, 0, 1, 1, 2, 2]);
  expect(provenance).toMatchObject({ dataset: "pictures", train: 24, test: 6, size: 32, fit: "short-side", testShare: 0.2 });
  const rows = Int32Array.from(held.labels.keys());
  const other = await load({ data: photos }, 0, 2);
  expect(await other.test.images(rows)).toEqual(await held.images(rows));
  expect(other.provenance).toEqual(provenance);
  expect((await load({ data: photos, testShare: 0.5 })).test.labels).toHaveLength(15);
  // Another class leaves the test pictures of these unchanged.
  const more = await copy(photos);
  await writePhotographs(more, byClass(["airplane"], 4));
  const wider = await load({ data: more });
  expect(wider.labels).toEqual(["airplane", ...CLASSES]);
  expect([...wider.test.labels]).toEqual([0, 1, 1, 2, 2, 3, 3]);
  const raw = async ({ test: split, preprocessing }: LoadedDataset, row: number): Promise<number[]> => {
    const standardize = preprocessing.find((own) => own.operation === "standardize")!;
    const values = await split.images(Int32Array.of(row));
    return Array.from(values, (value, i) => Math.abs(Math.round(value * standardize.deviation[i % 3]! + standardize.mean[i % 3]!)));
  };
  for (const row of [0, 3, 5]) expect(await raw(wider, row + 1)).toEqual(await raw(other, row));
});

describe("the images are what a packed model makes of the files, standardized on the training rows", () => {
  test.for([
    { fit: "short-side", size: 24 },
    { fit: "squash", size: 40 },
  ] as const)("%o", async ({ fit, size }) => {
    const { train, test: held, preprocessing } = await load({ data: parts, fit, size });
    expect(preprocessing.map(({ operation }) => operation)).toEqual(
      fit === "squash" ? ["resize", "standardize"] : ["resizeShorterSide", "centerCrop", "standardize"],
    );
    const standardize = preprocessing.find((own) => own.operation === "standardize")!;
    const bytesOf = async (path: string): Promise<Uint8Array> => {
      const { data, info } = await sharp(path).rotate().toColourspace("srgb").raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
      return resize({ width: info.width, height: info.height, data }, [size, size, 3], {
        resize: size,
        ...(fit === "squash" && { squash: true }),
      });
    };
    const files = (part: string) =>
      CLASSES.flatMap((name) =>
        readdirSync(join(parts, part, name))
          .toSorted()
          .map((file) => join(parts, part, name, file)),
      );
    for (const [part, split] of [
      ["train", train],
      ["test", held],
    ] as const) {
      for (const row of [0, 4, 7]) {
        const bytes = await bytesOf(files(part)[row]!);
        const floats = Float32Array.from(bytes, (byte, i) => (byte - standardize.mean[i % 3]!) / standardize.deviation[i % 3]!);
        expect(await split.images(Int32Array.of(row))).toEqual(floats);
      }
    }
    const sum = [0, 0, 0];
    for (const path of files("train")) for (const [i, byte] of (await bytesOf(path)).entries()) sum[i % 3]! += byte / (18 * size ** 2);
    for (const channel of [0, 1, 2]) expect(standardize.mean[channel]).toBeCloseTo(sum[channel]!, 3);
  });
});

test("pictures of all kinds and deeper in folders belong to the first level's class, upright and white where they are transparent", async () => {
  const data = await copy(photos);
  const deep = join(data, "cat", "more", "and more");
  mkdirSync(deep, { recursive: true });
  const [left, right] = [
    { r: 200, g: 10, b: 10 },
    { r: 10, g: 10, b: 200 },
  ];
  const two = sharp({ create: { width: 64, height: 32, channels: 3, background: right } }).composite([
    { input: { create: { width: 32, height: 32, channels: 3, background: left } }, left: 0, top: 0 },
  ]);
  await two.clone().webp({ lossless: true }).toFile(join(deep, "a.webp"));
  await sharp(await two.clone().rotate(90).png().toBuffer())
    .withMetadata({ orientation: 8 })
    .jpeg({ quality: 100 })
    .toFile(join(deep, "b.JPEG"));
  await sharp({ create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .png()
    .toFile(join(deep, "c.png"));
  await sharp(await two.clone().png().toBuffer())
    .greyscale()
    .jpeg()
    .toFile(join(deep, "d.jpg"));
  const { train, test: held, preprocessing } = await load({ data, fit: "squash", size: 8 });
  expect([...train.labels, ...held.labels].filter((label) => label === 1)).toHaveLength(14);
  const standardize = preprocessing.find((own) => own.operation === "standardize")!;
  const seen = new Set<string>();
  for (const split of [train, held]) {
    const images = await split.images(Int32Array.from(split.labels.keys()));
    for (let row = 0; row < split.labels.length; row++) {
      const corner = (at: number) =>
        [0, 1, 2].map((c) => Math.round(images[row * 192 + at * 3 + c]! * standardize.deviation[c]! + standardize.mean[c]!));
      seen.add([corner(0), corner(7)].map((pixel) => pixel.map((value) => Math.round(value / 32)).join()).join(" "));
    }
  }
  expect(seen).toContain("6,0,0 0,0,6"); // the wide one, and the rotated one
  expect(seen).toContain("8,8,8 8,8,8"); // the transparent one
});

test("decoded pictures are kept: the second start reads no picture, and a change of a file or an option decodes again", async () => {
  const data = await copy(photos);
  const own = join(await temporaryFolder(), "cache");
  const told = async (options: Options = {}): Promise<string[]> => {
    const what = new Set<string>();
    await dataset({ data, cache: own, ...options }).load({
      validation: 0,
      random: createRandom(1, "v"),
      onProgress: (progress) => what.add(progress.what),
    });
    return [...what].filter((each) => each.startsWith("decoding"));
  };
  expect(await told()).toEqual(["decoding pictures"]);
  expect(await told()).toEqual([]);
  expect(await told({ size: 16 })).toEqual(["decoding pictures"]);
  const first = join(data, "bird", readdirSync(join(data, "bird"))[0]!);
  utimesSync(first, 1e9, 1e9);
  expect(await told()).toEqual(["decoding pictures"]);
  for (const name of readdirSync(own)) writeFileSync(join(own, name), readFileSync(join(own, name)).fill(1, 2000));
  expect(await told()).toEqual(["decoding pictures"]);
  // The newest few are kept.
  for (let i = 0; i < 9; i++) {
    writeFileSync(join(own, `${i}.pictures`), "");
    utimesSync(join(own, `${i}.pictures`), 1e9 + i, 1e9 + i);
  }
  await told({ size: 9 });
  const left = readdirSync(own);
  expect(left).toHaveLength(8);
  expect([left.includes("8.pictures"), left.includes("3.pictures")]).toEqual([true, false]);
});

test("decoding tells how far it is, is broken off, and leaves nothing", async () => {
  const own = join(await temporaryFolder(), "cache");
  const controller = new AbortController();
  const told: string[] = [];
  const loading = dataset({ data: photos, cache: own }).load({
    validation: 0,
    random: createRandom(1, "v"),
    signal: controller.signal,
    onProgress: ({ what, done, total }) => {
      told.push(`${what} ${done}/${total}`);
      if (what === "decoding pictures") controller.abort();
    },
  });
  await expect(loading).rejects.toThrow(/abort/i);
  expect(told.at(-1)).toBe("decoding pictures 0/30");
  expect(() => readdirSync(own)).toThrow("ENOENT");
});

test("a run is tied to its pictures by their content, wherever they lie and whatever they are called", async () => {
  const moved = await copy(photos);
  const sums = async (data: string) => (await load({ data })).provenance["sha256"];
  expect(await sums(moved)).toEqual(await sums(photos));
  const [name = ""] = readdirSync(join(moved, "ship"));
  await writePhotographs(moved, [{ path: join("ship", name), label: "ship", nth: 50 }]);
  expect(await sums(moved)).not.toEqual(await sums(photos));
});

describe("a broken picture", () => {
  const spoilt = async (...names: string[]): Promise<string> => {
    const data = await copy(photos);
    for (const name of names) writeFileSync(join(data, name), "no picture");
    return data;
  };

  test("is an error that names it, or is left out with a warning", async () => {
    const data = await spoilt("cat/cat 004.jpg", "ship/ship 001.png");
    expect(await failureOf({ data })).toMatch(
      /pictures: ".*cat 004\.jpg" is broken: .*\. Replace or remove it, or set dataset\.onBroken=skip/,
    );
    const { train, test: held, warnings, provenance } = await load({ data, onBroken: "skip" });
    expect(train.labels.length + held.labels.length).toBe(28);
    expect(warnings).toEqual([expect.stringMatching(/2 broken pictures are left out, such as ".*cat 004\.jpg": /)]);
    expect(provenance).toMatchObject({ broken: 2 });
    expect((await load({ data, onBroken: "skip" })).warnings).toEqual(warnings); // from the cache too
  });

  test("cannot be all that a class has", async () => {
    const data = await spoilt(...byClass(["cat"], 10).map(({ path }) => path));
    expect(await failureOf({ data, onBroken: "skip" })).toBe(
      'pictures: all pictures of the class "cat" are broken. Replace them, or remove the class.',
    );
  });

  test("is not one that is a page of the web, which is said", async () => {
    const data = await copy(photos);
    writeFileSync(join(data, "bird/bird 000.jpg"), "<!DOCTYPE html><p>Log in");
    expect(await failureOf({ data })).toContain("is broken: it is a page of the web");
  });
});

describe("people's folders", () => {
  test("with val in place of test, with both, and with train alone", async () => {
    const val = await copy(parts);
    cpSync(join(val, "test"), join(val, "Val"), { recursive: true });
    const both = await load({ data: val });
    expect(both.test.labels).toHaveLength(9);
    expect(both.warnings).toEqual([expect.stringMatching(/Val" is not used: scores are of ".*test"/)]);
    rmSync(join(val, "test"), { recursive: true });
    expect((await load({ data: val })).test.labels).toHaveLength(9);
    rmSync(join(val, "Val"), { recursive: true });
    const alone = await load({ data: val });
    expect([alone.train.labels.length, alone.test.labels.length]).toEqual([15, 3]);
  });

  test("a class called train among others is of trains", async () => {
    const data = await copy(photos);
    await writePhotographs(
      data,
      byClass(["truck"], 5, { prefix: "" }).map((own) => ({ ...own, path: own.path.replace("truck", "train") })),
    );
    expect((await load({ data })).labels).toEqual(["bird", "cat", "ship", "train"]);
  });

  test("hidden files, links back, and other files are left out and reported", async () => {
    const data = await copy(photos);
    cpSync(join(data, "cat/cat 000.jpg"), join(data, "cat/._cat 000.jpg"));
    symlinkSync(data, join(data, "cat/all"));
    symlinkSync("nowhere.jpg", join(data, "bird/dead.jpg"));
    writeFileSync(join(data, "ship/notes.txt"), "");
    writeFileSync(join(data, "ship/ship.heic"), "");
    cpSync(join(data, "cat/cat 000.jpg"), join(data, "loose.jpg"));
    const { train, test: held, warnings } = await load({ data });
    expect(train.labels.length + held.labels.length).toBe(30);
    expect(warnings).toEqual([
      expect.stringContaining('1 pictures beside the folders of classes are of no class and not used, such as "'),
      expect.stringMatching(
        /1 links that lead nowhere.*1 hidden.*1 links to folders.*1 pictures of a kind that is not read|some entries of/,
      ),
    ]);
    for (const part of ["1 hidden", "1 links that lead nowhere", "1 links to folders", "1 pictures of a kind that is not read"])
      expect(warnings?.[1]).toContain(part);
  });

  test("the same picture in both parts is told, since scores would mean little", async () => {
    const data = await copy(parts);
    cpSync(join(data, "train/cat/cat 001.png"), join(data, "test/cat/copy.png"));
    const { warnings } = await load({ data });
    expect(warnings).toEqual([
      expect.stringMatching(/1 of 10 test pictures are among the training pictures too, such as ".*copy\.png", which is ".*cat 001\.png"/),
    ]);
  });
});

test.for<[string, (data: string) => unknown, RegExp]>([
  [
    "a folder that is not there",
    (data) => rmSync(data, { recursive: true }),
    /^pictures: data is ".*", which is not a folder\. Name the folder with the pictures\.$/,
  ],
  [
    "a file",
    (data) => {
      rmSync(data, { recursive: true });
      writeFileSync(data, "PK\u0003\u0004");
    },
    /is a zip archive\. Unpack it and name what was in it\./,
  ],
  [
    "no pictures at all",
    (data) => {
      rmSync(data, { recursive: true });
      mkdirSync(data);
    },
    /^pictures: ".*" has no folders\. Put the pictures of each of at least two classes in a folder of their own\.$/,
  ],
  [
    "an archive",
    (data) => {
      rmSync(data, { recursive: true });
      mkdirSync(data);
      writeFileSync(join(data, "photos.zip"), "");
    },
    /photos\.zip" is an archive that is not unpacked\. Unpack it\.$/,
  ],
  [
    "one class",
    (data) => {
      for (const name of ["cat", "ship"]) rmSync(join(data, name), { recursive: true });
    },
    /has only the class "bird"\. Put the pictures of each of at least two classes/,
  ],
  [
    "a folder around all",
    (data) => {
      mkdirSync(join(data, "photos"));
      for (const name of CLASSES) {
        cpSync(join(data, name), join(data, "photos", name), { recursive: true });
        rmSync(join(data, name), { recursive: true });
      }
    },
    /has only the folder "photos", which has 3 folders of its own\. If those are the classes, name it: --data .*photos\.$/,
  ],
  [
    "an empty class",
    (data) => mkdirSync(join(data, "dog")),
    /the class folder ".*dog" has no JPEG, PNG or WebP pictures\. Fill it or remove it\.$/,
  ],
  [
    "a class of one picture",
    (data) => {
      mkdirSync(join(data, "dog"));
      cpSync(join(data, "cat/cat 000.jpg"), join(data, "dog/dog.jpg"));
    },
    /the class "dog" has one picture, which cannot be both for training and for testing\. Add some, or remove the class\.$/,
  ],
  [
    "a test part alone",
    (data) => {
      for (const name of CLASSES) rmSync(join(data, name), { recursive: true });
      cpSync(join(parts, "test"), join(data, "test"), { recursive: true });
    },
    /has "test", but no training part\. Put the training pictures in "train"\.$/,
  ],
  [
    "parts that differ",
    (data) => {
      for (const name of CLASSES) rmSync(join(data, name), { recursive: true });
      cpSync(parts, data, { recursive: true });
      rmSync(join(data, "test/cat"), { recursive: true });
      mkdirSync(join(data, "test/dog"));
    },
    /the classes of training and test pictures differ: ".*test" lacks "cat", ".*train" lacks "dog"\. Give both the same folders\.$/,
  ],
])("%s is an error in a sentence", async ([, spoil, says]) => {
  const data = await copy(photos);
  spoil(data);
  expect(await failureOf({ data })).toMatch(says);
});

test("more pictures than memory holds are refused before any is decoded, with what would fit", () => {
  expect(() => checkMemory(1_000_000, 32, 16e9)).toThrow(
    "pictures: 1000000 pictures of 32×32 take 3.1 GB of memory, and at most 2.1 GB are used for them here. Set dataset.size=26 or less, or read them as they are needed with dataset=imagenet",
  );
  expect(() => checkMemory(200_000, 64, 2e9)).toThrow(/take 2\.5 GB of memory, and at most 500 MB .*Set dataset\.size=28 or less/);
  expect(() => checkMemory(1e8, 8, 16e9)).toThrow(/here\. Read them as they are needed with dataset=imagenet/);
  expect(() => checkMemory(100_000, 64, 16e9)).not.toThrow();
});

test("it is registered with a preset that needs nothing but the folder, and options that do not fit are refused", async () => {
  const container = createContainer();
  await plugin.register(container);
  const { config } = container.resolve(PRESETS).create("pictures");
  expect(container.resolve(DATASETS).resolve({ ...(config.dataset as { name: string }), data: photos })).toMatchObject({
    size: 48,
    crop: 4,
    flip: true,
  });
  await expect(
    container
      .resolve(DATASETS)
      .create("pictures")
      .load({ validation: 0, random: createRandom(0, "v") }),
  ).rejects.toThrow("pictures: the folder of the pictures is not named. Name it with --data DIR.");
  expect(() => dataset({ data: photos, size: 16, crop: 16 })).toThrow(
    "pictures: crop is 16, but images are 16 pixels wide. Set at most 15.",
  );
  await expect(load({ data: photos, trainRows: 99 })).rejects.toThrow("pictures: trainRows is 99, but there are only 24. Lower it.");
  expect((await load({ data: photos, trainRows: 12, testRows: 3 })).train.labels).toEqual(
    Int32Array.from([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]),
  );
});
