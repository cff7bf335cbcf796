// An export needs no data of a run, unless it is to be verified.
import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { writeBatches } from "../../test/write-batches.ts";
import { exportRun } from "./export-run.ts";

const out = mkdtempSync(join(tmpdir(), "benn-run-data-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));
const nin = { count: 1, architecture: { name: "nin", width: 0.1 } };
const NONE = { otherClass: 0, otherLogits: 0, largestDifference: 0 };

describe("a run whose data have moved", () => {
  const [data, moved] = [join(out, "data"), join(out, "moved")];
  const at = (folder: string) => ({ name: "cifar10", data: folder });
  let folder: string;

  beforeAll(async () => {
    writeBatches(data, 20);
    folder = await trainNets(out, { members: [{ ...nin, count: 2 }], dataset: at(data) });
    renameSync(data, moved);
  }, 120_000);

  test("is exported to the bytes that it has with its data", async () => {
    cpSync(moved, data, { recursive: true });
    const { bytes } = await exportRun(folder, { container, verify: true });
    rmSync(data, { recursive: true });
    expect(Buffer.compare((await exportRun(folder, { container })).bytes, bytes)).toBe(0);
  });

  test("is verified with them where they are now, and says what to do where they are not", async () => {
    await expect(exportRun(folder, { container, verify: true })).rejects.toThrow(`data is "${data}", which is not a folder`);
    const { bytes, verification } = await exportRun(folder, { container, verify: true, dataset: at(moved) });
    expect(Buffer.compare(bytes, (await exportRun(folder, { container })).bytes)).toBe(0);
    expect(verification).toMatchObject({ images: 20, members: [NONE, NONE] });
  });

  test("is not verified with other data", async () => {
    const other = join(out, "other");
    writeBatches(other, 20, 2);
    const exporting = exportRun(folder, { container, verify: true, dataset: at(other) });
    await expect(exporting).rejects.toThrow(UserError);
    await expect(exporting).rejects.toThrow(
      /was made with other data \(sha256\.data_batch_1\.bin was .*Name the data that it was made with by --data/,
    );
  });

  test("is not taken for a smaller run when a member is missing", async () => {
    const torn = join(out, "torn");
    cpSync(folder, torn, { recursive: true });
    rmSync(join(torn, "members/000"), { recursive: true });
    const exporting = exportRun(torn, { container });
    await expect(exporting).rejects.toThrow(UserError);
    await expect(exporting).rejects.toThrow(/members\/000 is not there, or not whole\. Was it copied in part\?/);
  });
});

test.for([1, 2, 251])("of %i test images every one is verified, also where one is alone in its batch", async (images) => {
  const data = join(out, `of-${images}`);
  writeBatches(data, images);
  const folder = await trainNets(out, {
    members: [nin, { ...nin, architecture: { name: "resnet20", width: 0.25 } }],
    dataset: { name: "cifar10", data },
  });
  const { verification } = await exportRun(folder, { container, verify: true });
  expect(verification).toEqual({ images, pictures: true, members: [NONE, NONE], votes: { hard: 0, soft: 0, softmax: 0 } });
});
