// Where an export gets a run's data, tested cheaply: the run's network has one layer.
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATASETS, type Spec, UserError, z } from "@benn/core";
import { openRun } from "@benn/core/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { openRunData } from "./open-run-data.ts";

const out = mkdtempSync(join(tmpdir(), "benn-open-run-data-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Number of disposed datasets. */
let disposed = 0;
container.resolve(DATASETS).add("kept-pictures", {
  description: "pictures whose brightness stands in a file",
  options: z.object({ data: z.string(), fails: z.boolean().default(false) }),
  create: ({ data, fails }) => ({
    async load(options) {
      if (fails) throw new TypeError("a fault");
      const text = (() => {
        try {
          return readFileSync(join(data, "brightness"), "utf8");
        } catch {
          throw new UserError(`kept-pictures: ${data} is not there.`);
        }
      })();
      options.onProgress?.({ what: "reading", done: 1, total: 1 });
      const loaded = await container.resolve(DATASETS).create({ name: "pictures", height: 8, width: 8 }).load(options);
      return { ...loaded, provenance: { brightness: text }, dispose: () => void disposed++ };
    },
  }),
});

const place = (name: string, brightness = "1"): string => {
  const folder = mkdtempSync(join(out, `${name}-`));
  writeFileSync(join(folder, "brightness"), brightness);
  return folder;
};
const at = (data: string, more: object = {}): Spec => ({ name: "kept-pictures", data, ...more });

let data = "";
let folder = "";
beforeAll(async () => {
  data = place("data");
  const members = [{ count: 1, architecture: { name: "plugin-net" } }];
  folder = await trainNets(out, { members, dataset: at(data), validation: 0.25 });
}, 120_000);

const open = async (images: "needed" | "wanted" | "not needed", dataset?: Spec, run = folder) =>
  openRunData(await openRun(run), { container, images, dataset });
const rowsOf = async (...args: Parameters<typeof open>) => (await open(...args)).data.train.labels.length;

/** Calls `work` while the data are not where the run says. */
async function moved(work: (now: string) => Promise<void>): Promise<void> {
  const now = `${data}-moved`;
  renameSync(data, now);
  try {
    await work(now);
  } finally {
    renameSync(now, data);
  }
}

test("images are loaded where they are needed or wanted, and otherwise what the run keeps is enough", async () => {
  expect(await rowsOf("needed")).toBe(60);
  expect(await rowsOf("wanted")).toBe(60);
  expect(await rowsOf("not needed")).toBe(0);
  const kept = await open("not needed");
  expect(kept).not.toHaveProperty("lacking");
  expect(kept.data).toMatchObject({ shape: [8, 8, 3], provenance: { brightness: "1" } });
  expect(kept.data.validation?.labels).toHaveLength(24);
  expect(() => kept.data.validation!.images(Int32Array.of(0))).toThrow(/keeps no images$/);
  expect((await open("needed")).data.validation?.labels).toEqual(kept.data.validation?.labels);
});

test("data that have moved are no matter unless they are needed; where they are wanted it is told what was lacking", async () => {
  await moved(async (now) => {
    await expect(open("needed")).rejects.toThrow(new UserError(`kept-pictures: ${data} is not there.`));
    const { data: kept, lacking } = await open("wanted");
    expect([kept.train.labels.length, lacking]).toEqual([0, `kept-pictures: ${data} is not there.`]);
    expect(await rowsOf("not needed")).toBe(0);
    for (const images of ["needed", "wanted", "not needed"] as const) expect(await rowsOf(images, at(now))).toBe(60);
  });
});

test("data that are named are loaded if they lie elsewhere, also where nothing is needed, and must be there", async () => {
  expect(await rowsOf("not needed", at(data))).toBe(0);
  await expect(open("wanted", at("/nowhere"))).rejects.toThrow("kept-pictures: /nowhere is not there.");
  await expect(open("not needed", at("/nowhere"))).rejects.toThrow(UserError);
});

test("other data are refused, and let go of", async () => {
  const other = place("other", "2");
  const before = disposed;
  await expect(open("needed", at(other))).rejects.toThrow(
    new UserError(
      `export: run ${folder} was made with other data (brightness was "1", now is "2"). Name the data that it was made with by --data.`,
    ),
  );
  expect(disposed).toBe(before + 1);
});

test("a fault in a data set is no data that are lacking", async () => {
  await expect(open("wanted", at(data, { fails: true }))).rejects.toThrow(new TypeError("a fault"));
});

test("a run of a version that kept nothing of its data is exported with them", async () => {
  const older = join(out, "older");
  cpSync(folder, older, { recursive: true });
  const path = join(older, "experiment.json");
  const { data: _data, format: _format, ...rest } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(rest));
  for (const images of ["not needed", "wanted"] as const) expect(await rowsOf(images, undefined, older)).toBe(60);
  await moved(async () => {
    for (const images of ["not needed", "wanted"] as const)
      await expect(open(images, undefined, older)).rejects.toThrow(`kept-pictures: ${data} is not there.`);
  });
});
