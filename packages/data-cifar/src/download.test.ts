import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { serveFile, temporaryFolder } from "@benn/data-kit/testing";
import { expect, test } from "vitest";
import { digested, type MiniArchive, miniArchive, pack } from "../test/mini-archive.ts";
import { BATCHES, records, writeBatches } from "../test/mini-batches.ts";
import { readBinaryBatches } from "./binary-batches.ts";
import { downloadBatches } from "./download.ts";
import { CIFAR10 } from "./layout.ts";

const patient = { retries: 2, waitMs: 5 };
const remote = ({ bytes, sha256 }: MiniArchive, url: string) => ({ ...CIFAR10.archive, url, bytes: bytes.length, sha256 });

test("the archive is downloaded once, checked and unpacked, and nothing else stays in the cache", async () => {
  const archive = await miniArchive();
  const cache = join(await temporaryFolder(), "deep", "cache");
  const requests: (string | undefined)[] = [];
  const url = await serveFile(archive.bytes, { requests });
  const folder = await downloadBatches(CIFAR10, remote(archive, url), cache);
  expect(folder).toBe(join(cache, "cifar-10-batches-bin"));
  expect(await readdir(cache)).toEqual(["cifar-10-batches-bin"]);
  const { train } = await readBinaryBatches(folder, CIFAR10);
  expect(Buffer.compare(train.pixels.subarray(0, 3072) as Uint8Array, records(10, 0).subarray(1, 3073))).toBe(0);
  await downloadBatches(CIFAR10, remote(archive, url), cache);
  expect(requests).toHaveLength(1);
});

test("a call that is cut for good leaves no folder, and the next one asks for the rest", async () => {
  const archive = await miniArchive();
  const cache = await temporaryFolder();
  const requests: (string | undefined)[] = [];
  let cut: number | undefined = 40_000;
  const url = await serveFile(archive.bytes, { requests, cutAfter: () => cut });
  await expect(downloadBatches(CIFAR10, remote(archive, url), cache, { retries: 0 })).rejects.toThrow(UserError);
  expect(existsSync(join(cache, "cifar-10-batches-bin"))).toBe(false);
  cut = undefined;
  await downloadBatches(CIFAR10, remote(archive, url), cache, patient);
  expect(requests).toEqual([undefined, "bytes=40000-"]);
  expect(await readdir(cache)).toEqual(["cifar-10-batches-bin"]);
});

test("a wrong byte leaves nothing to go on with, so that the next call starts over", async () => {
  const archive = await miniArchive();
  const cache = await temporaryFolder();
  const wrong = Buffer.from(archive.bytes);
  wrong[20_000]! ^= 4;
  await expect(downloadBatches(CIFAR10, remote(archive, await serveFile(wrong)), cache, patient)).rejects.toThrow(
    /is not the expected file/,
  );
  expect(existsSync(join(cache, "cifar-10-batches-bin"))).toBe(false);
  const requests: (string | undefined)[] = [];
  await downloadBatches(CIFAR10, remote(archive, await serveFile(archive.bytes, { requests })), cache, patient);
  expect(requests).toEqual([undefined]);
});

test("an archive that climbs out is refused though its checksum is right, and nothing stays", async () => {
  const made = await temporaryFolder();
  await writeFile(join(made, "climbed.bin"), "x");
  const archive = await pack(made, ["climbed.bin"], { prefix: "../.." });
  const outer = await temporaryFolder();
  const cache = join(outer, "a", "cache");
  await expect(downloadBatches(CIFAR10, remote(archive, await serveFile(archive.bytes)), cache, patient)).rejects.toThrow(
    /the archive was refused: "\.\.\/\.\.\/climbed\.bin" lies outside/,
  );
  expect(await readdir(cache)).toEqual([]);
  expect(await readdir(outer)).toEqual(["a"]);
  expect(await readdir(join(outer, "a"))).toEqual(["cache"]);
});

test("an archive without one of the files is refused", async () => {
  const made = await temporaryFolder();
  await writeBatches(join(made, "cifar-10-batches-bin"));
  await rm(join(made, "cifar-10-batches-bin", BATCHES[3]!));
  const archive = digested((await pack(made, ["cifar-10-batches-bin"])).bytes);
  const cache = await temporaryFolder();
  await expect(downloadBatches(CIFAR10, remote(archive, await serveFile(archive.bytes)), cache)).rejects.toThrow(
    /has no cifar-10-batches-bin\/data_batch_4\.bin\. Set another dataset\.url\./,
  );
  expect(await readdir(cache)).toEqual([]);
});

test("a folder that lacks a file is made anew", async () => {
  const archive = await miniArchive();
  const cache = await temporaryFolder();
  await mkdir(join(cache, "cifar-10-batches-bin"));
  await writeFile(join(cache, "cifar-10-batches-bin", BATCHES[0]!), "");
  const folder = await downloadBatches(CIFAR10, remote(archive, await serveFile(archive.bytes)), cache);
  expect((await readBinaryBatches(folder, CIFAR10)).train.labels).toHaveLength(50);
});

test("several that download at once all end with the folder", async () => {
  const archive = await miniArchive();
  const cache = await temporaryFolder();
  const url = await serveFile(archive.bytes);
  const folders = await Promise.all(Array.from({ length: 4 }, () => downloadBatches(CIFAR10, remote(archive, url), cache, patient)));
  expect(new Set(folders).size).toBe(1);
  expect(await readdir(cache)).toEqual(["cifar-10-batches-bin"]);
  expect((await readBinaryBatches(folders[0]!, CIFAR10)).test.labels).toHaveLength(10);
});

test("a cache that cannot be made, and a disk without the room, are said before anything is fetched", async () => {
  const archive = await miniArchive();
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "");
  const requests: (string | undefined)[] = [];
  const url = await serveFile(archive.bytes, { requests });
  await expect(downloadBatches(CIFAR10, remote(archive, url), join(file, "cache"))).rejects.toThrow(/cannot be made\. Set dataset\.cache/);
  await expect(downloadBatches(CIFAR10, { ...remote(archive, url), bytes: 2 ** 60 }, await temporaryFolder())).rejects.toThrow(
    /the download needs [\d.]+ \w*B in ".*", which has [\d.]+ \w*B\. Make room, or set dataset\.cache to another disk\./,
  );
  expect(requests).toEqual([]);
});
