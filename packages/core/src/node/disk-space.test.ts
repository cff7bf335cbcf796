import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LoadedDataset } from "../dataset.ts";
import { checkDiskSpace } from "./disk-space.ts";

const split = { labels: new Int32Array(0), images: () => new Float32Array(0) };
const data: LoadedDataset = { shape: [1, 1, 1], labels: [], train: split, test: split, provenance: {}, preprocessing: [] };
const members = (n: number) => ({ members: Array.from({ length: n }) }) as unknown as Parameters<typeof checkDiskSpace>[1];

test("the disk that is asked is the one the folder will be on, whether it exists or not", async () => {
  // Two disks of different size, like /dev/shm and that of the sources; without them, the disk of the nearest parent is still measured.
  for (const disk of [import.meta.dirname, "/dev/shm"].filter((path) => existsSync(path))) {
    const { bavail, bsize } = await statfs(disk);
    const folder = join(disk, "benn-not-made", "deeper");
    await checkDiskSpace(folder, members(1), data, { weightBytes: Math.floor((bavail * bsize) / 20), trained: 0 });
    await expect(checkDiskSpace(folder, members(1), data, { weightBytes: bavail * bsize, trained: 0 })).rejects.toThrow(
      /benn-not-made\/deeper: the run needs about [\d.]+ \w?B, the disk has [\d.]+ \w?B free\. Free some, or choose another place with --out\./,
    );
  }
});

test("members that are trained already need no more room", async () => {
  const { bavail, bsize } = await statfs(tmpdir());
  const weightBytes = Math.floor((bavail * bsize) / 20);
  await expect(checkDiskSpace(tmpdir(), members(100), data, { weightBytes, trained: 0 })).rejects.toThrow("the run needs about");
  await checkDiskSpace(tmpdir(), members(100), data, { weightBytes, trained: 99 });
});
