import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Config } from "../config.ts";
import { DATASETS } from "../dataset.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { UserError } from "../user-error.ts";
import { checksum } from "./checksum.ts";
import { folderBytes } from "./folder-bytes.ts";
import { differenceOfData, differenceOfRuns } from "./same-data.ts";
import { runToy, toyConfig } from "./run-toy.ts";

// A dataset of files, as plugins write them: two pixels per image, stored in a folder; its provenance contains paths as well as checksums.
const container = toyContainer();
container.resolve(DATASETS).add("kept", {
  description: "",
  options: z.object({
    data: z.string(),
    source: z.enum(["folder", "archive"]).default("folder"),
    cache: z.string().optional(),
    augment: z.enum(["none", "noise"]).default("none"),
    scale: z.number().default(1),
  }),
  create: ({ data, source, scale }) => ({
    async load() {
      const path = join(data, "pixels.json");
      const text = await readFile(path, "utf8").catch(() => {
        throw new UserError(`kept: ${data} holds no pixels.json. Name its folder.`);
      });
      const pixels = Float32Array.from(JSON.parse(text) as number[], (pixel) => pixel * scale);
      const rows = pixels.length / 16;
      const split = {
        labels: Int32Array.from({ length: rows }, (_, row) => row % 3),
        images: (wanted: Int32Array) =>
          Float32Array.from({ length: wanted.length * 16 }, (_, i) => pixels[wanted[Math.floor(i / 16)]! * 16 + (i % 16)]!),
      };
      return {
        shape: [4, 4, 1],
        labels: ["a", "b", "c"],
        train: split,
        test: split,
        provenance: { source, files: { [path]: checksum(text) }, folder: data, read: [path] },
        preprocessing: [{ operation: "standardize", mean: Float32Array.of(pixels[0]!), deviation: Float32Array.of(scale) }],
      };
    },
  }),
});

const base = { ...toyConfig, scheme: "boost", batchSize: 16 } satisfies Config;

const pixels = (rows: number, other = 0): string =>
  JSON.stringify(Array.from({ length: rows * 16 }, (_, i) => Math.sin(i) + (i === 0 ? other : 0)));

let home = "";
let data = "";
let broken = "";
let whole: Record<string, string> = {};
beforeAll(async () => {
  await tf.setBackend("cpu");
  home = await mkdtemp(join(tmpdir(), "benn-same-data-"));
  data = await dataOf(pixels(40));
  whole = await folderBytes(await run(config()));
  broken = await run(config(), {}, 12);
});

async function dataOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(home, "data-"));
  await writeFile(join(folder, "pixels.json"), text);
  return folder;
}

const config = (own: object = {}): Config => ({ ...base, dataset: { name: "kept", data, ...own } });

async function run(settings: Config | undefined, options: { resume?: string } = {}, cut = Infinity): Promise<string> {
  return (await runToy(settings, { container, ...options }, cut)).folder;
}

async function brokenCopy(): Promise<string> {
  const folder = join(await mkdtemp(join(home, "runs-")), "toy");
  await cp(broken, folder, { recursive: true });
  return folder;
}

describe("the same data at another place", () => {
  test("are the run's: it goes on to the same bytes, and its configuration keeps saying what it was made from", async () => {
    const moved = await dataOf(pixels(40));
    for (const own of [{ data: moved }, { data: moved, cache: "/elsewhere" }, { data: moved, source: "archive" }]) {
      const folder = await run(config(own), { resume: await brokenCopy() });
      expect(await folderBytes(folder)).toEqual(whole);
    }
  });

  test("are not found by themselves, and the sentence has the option that names their place", async () => {
    const place = await dataOf(pixels(40));
    const folder = await run(config({ data: place }), {}, 12);
    await rename(place, `${place}-moved`);
    await expect(run(undefined, { resume: folder })).rejects.toThrow(
      /holds no pixels\.json\..* If the data have moved, name their new place with --data\./,
    );
    await run(config({ data: `${place}-moved` }), { resume: folder });
  });
});

describe("other data are refused, and the sentence names what differs", () => {
  test("in the same place", async () => {
    const folder = await brokenCopy();
    const original = await readFile(join(data, "pixels.json"), "utf8");
    await writeFile(join(data, "pixels.json"), pixels(40, 1));
    await expect(run(undefined, { resume: folder })).rejects.toThrow(
      /run folder .*toy: was made with other data \(files\.\/pixels\.json was "\w+", now is "\w+"\)\. Name the data that it was made with, for example with --data, or start a new run\./,
    );
    await writeFile(join(data, "pixels.json"), original);
    await run(undefined, { resume: folder });
  });

  test("in another place", async () => {
    const other = await dataOf(pixels(44));
    await expect(run(config({ data: other }), { resume: await brokenCopy() })).rejects.toThrow(
      "was made with other data (files./pixels.json was",
    );
  });

  test("of another shape, other labels, other rows, other preprocessing", async () => {
    const folder = await brokenCopy();
    const path = join(folder, "experiment.json");
    const saved = JSON.parse(await readFile(path, "utf8")) as { data: Record<string, unknown>; dataset: object };
    for (const [own, message] of [
      [{ shape: [2, 8, 1] }, "shape was [2,8,1], now is [4,4,1]"],
      [{ labels: ["b", "a", "c"] }, 'labels was ["b","a","c"]'],
      [{ rows: { train: 41, test: 40 } }, "rows.train was 41, now is 40"],
      [{ preprocessing: checksum("") }, "preprocessing was "],
    ] as const) {
      await writeFile(path, JSON.stringify({ ...saved, data: { ...saved.data, ...own } }));
      await expect(run(undefined, { resume: folder })).rejects.toThrow(message);
    }
    await writeFile(path, JSON.stringify({ ...saved, dataset: {} })); // an older version of the plugin may have reported less
    await run(undefined, { resume: folder });
  });

  test("and so are other settings than places", async () => {
    for (const own of [{ augment: "noise" }, { scale: 2 }]) {
      await expect(run(config(own), { resume: await brokenCopy() })).rejects.toThrow("was made with dataset=");
    }
  });
});

test("a run of the first format, which keeps no facts of its data, is compared by provenance and preprocessing", async () => {
  const folder = await brokenCopy();
  const path = join(folder, "experiment.json");
  const {
    format: _format,
    data: _data,
    ...older
  } = JSON.parse(await readFile(path, "utf8")) as { dataset: object } & Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...older, dataset: {} }));
  const loaded = async (own: object) =>
    container
      .resolve(DATASETS)
      .create({ name: "kept", data, ...own })
      .load({ validation: 0, random: null as never });
  expect(await differenceOfData(folder, { data: await loaded({}), container })).toBeUndefined();
  expect(await differenceOfData(folder, { data: await loaded({ scale: 2 }), container })).toBe("preprocessing has another deviation");
});

test("what a run starts from (init) is kept with it: the folder it came from may go", async () => {
  const given = join(home, "given");
  await mkdir(given);
  const trained = await run({ ...config(), members: 1 });
  await cp(join(trained, "members/000"), given, { recursive: true });
  const settings = { ...config(), init: given } satisfies Config;
  const wanted = await folderBytes(await run(settings));
  const folder = await run(settings, {}, 8);
  await rm(given, { recursive: true });
  await run(undefined, { resume: folder });
  expect(await folderBytes(folder)).toEqual(wanted);
  expect(wanted["start/weights.bin"]).toBe((await folderBytes(trained))["members/000/weights.bin"]);
});

test("plugins may be named anew when a run goes on", async () => {
  const folder = await brokenCopy();
  await run({ ...config(), plugins: ["./moved.ts"] }, { resume: folder });
  expect(await folderBytes(folder)).toEqual(whole);
});

test("two runs on the same data differ in nothing of them, wherever they lie; else the first difference is named", async () => {
  const short = { members: 1, epochs: 1 } satisfies Config;
  const first = await run({ ...config(), ...short });
  const of = async (settings: Config) => await differenceOfRuns(first, await run({ ...settings, ...short }), container);
  expect(await of({ ...config({ data: await dataOf(pixels(40)) }), learningRate: 0.5 })).toBeUndefined();
  expect(await of({ ...config(), validationSeed: 7 })).toBe("validationSeed is 0 in one and 7 in the other");
  expect(await of(config({ data: await dataOf(pixels(44)) }))).toMatch(/^files\.\/pixels\.json is "\w+" in one and "\w+" in the other$/);
  expect(await of(config({ scale: 2 }))).toMatch(/^preprocessing is "\w+" in one and "\w+" in the other$/);
  const older = await brokenCopy();
  const path = join(older, "experiment.json");
  const { data: _data, ...rest } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(rest));
  await expect(differenceOfRuns(first, older, container)).rejects.toThrow(
    `run folder ${older}: is of a version that kept too little of its data to compare them. Retrain it.`,
  );
});
