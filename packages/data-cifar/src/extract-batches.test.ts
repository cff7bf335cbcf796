import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { UserError } from "@benn/core";
import { temporaryFolder } from "@benn/data-kit/testing";
import * as tar from "tar";
import { expect, test } from "vitest";
import { digested, type MiniArchive, miniArchive, pack } from "../test/mini-archive.ts";
import { BATCHES, records } from "../test/mini-batches.ts";
import { extractBatches } from "./extract-batches.ts";
import { CIFAR10 } from "./layout.ts";

/** The archive as a file, and where to unpack it: `outer/folder`, so that a test can detect files outside of it. */
async function placed({ bytes }: MiniArchive): Promise<{ archive: string; outer: string; folder: string }> {
  const outer = await temporaryFolder();
  const archive = join(await temporaryFolder(), "archive.tar.gz");
  await writeFile(archive, bytes);
  return { archive, outer, folder: join(outer, "folder") };
}

test("the data files are unpacked and nothing else", async () => {
  const { archive, folder } = await placed(await miniArchive());
  await mkdir(folder);
  await writeFile(join(folder, "old"), "");
  await extractBatches(archive, folder, CIFAR10);
  expect(await readdir(folder)).toEqual(["cifar-10-batches-bin"]);
  const names = await readdir(join(folder, "cifar-10-batches-bin"));
  expect(names.toSorted((a, b) => a.localeCompare(b))).toEqual(["batches.meta.txt", ...BATCHES]);
  const bytes = await readFile(join(folder, "cifar-10-batches-bin", BATCHES[5]!));
  expect(Buffer.compare(bytes, records(10, 5))).toBe(0);
});

/** A folder with one file to pack under a name that differs from its name on disk. */
async function named(prefix: string): Promise<MiniArchive> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "data_batch_1.bin"), records(1, 1));
  return pack(folder, ["data_batch_1.bin"], { prefix });
}

const hostile: readonly { what: string; make: () => Promise<MiniArchive>; says: RegExp }[] = [
  {
    what: "a path that climbs out from the start",
    make: () => named(".."),
    says: /"\.\.\/data_batch_1\.bin" lies outside cifar-10-batches-bin\. Fetch cifar-10-binary\.tar\.gz from its own site\./,
  },
  { what: "an absolute path", make: () => named("/tmp/benn-climbed"), says: /"\/tmp\/benn-climbed\/data_batch_1\.bin" lies outside/ },
  {
    what: "a link to elsewhere",
    make: async () => {
      const folder = await temporaryFolder();
      await mkdir(join(folder, "cifar-10-batches-bin"));
      await symlink("../../elsewhere", join(folder, "cifar-10-batches-bin", "data_batch_1.bin"));
      return pack(folder, ["cifar-10-batches-bin"]);
    },
    says: /"cifar-10-batches-bin\/data_batch_1\.bin" is a SymbolicLink/,
  },
  {
    what: "a link in the place of the folder",
    make: async () => {
      const folder = await temporaryFolder();
      await symlink("..", join(folder, "cifar-10-batches-bin"));
      return pack(folder, ["cifar-10-batches-bin"]);
    },
    says: /"cifar-10-batches-bin" is a SymbolicLink/,
  },
  {
    what: "a file twice",
    make: async () => {
      const folder = await temporaryFolder();
      await mkdir(join(folder, "cifar-10-batches-bin"));
      await writeFile(join(folder, "cifar-10-batches-bin", "test_batch.bin"), records(1, 1));
      return pack(folder, ["cifar-10-batches-bin/test_batch.bin", "cifar-10-batches-bin/test_batch.bin"]);
    },
    says: /"cifar-10-batches-bin\/test_batch\.bin" is there twice/,
  },
  {
    what: "a file larger than any batch",
    make: async () => {
      const folder = await temporaryFolder();
      await mkdir(join(folder, "cifar-10-batches-bin"));
      await writeFile(join(folder, "cifar-10-batches-bin", "readme.html"), Buffer.alloc(30_730_001));
      return pack(folder, ["cifar-10-batches-bin"]);
    },
    says: /"cifar-10-batches-bin\/readme\.html" has 30730001 bytes/,
  },
  {
    what: "an archive that is cut short",
    make: async () => {
      const { bytes, sha256 } = await miniArchive();
      return { bytes: bytes.subarray(0, bytes.length / 2), sha256 };
    },
    says: /the archive was refused: /,
  },
  {
    what: "a file that is no archive",
    make: () => Promise.resolve({ bytes: Buffer.from("<html>not found</html>".repeat(100)), sha256: "" }),
    says: /the archive was refused: /,
  },
];

test.for(hostile)("refuses $what, and leaves nothing", async ({ make, says }) => {
  const { archive, outer, folder } = await placed(await make());
  const failure = await extractBatches(archive, folder, CIFAR10).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  expect((failure as UserError).message).toMatch(says);
  expect(await readdir(outer)).toEqual([]);
  expect(existsSync("/tmp/benn-climbed")).toBe(false);
});

test("refuses a path that climbs out on the way, after files that were right", async () => {
  const entry = (path: string, content: Uint8Array): Buffer => {
    const header = Buffer.alloc(512);
    new tar.Header({ path, size: content.length, mode: 0o644, type: "File" }).encode(header);
    return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
  };
  const bytes = Buffer.concat([
    entry("cifar-10-batches-bin/data_batch_1.bin", records(2, 1)),
    entry("cifar-10-batches-bin/../../climbed.bin", records(1, 2)),
    Buffer.alloc(1024),
  ]);
  const { archive, outer, folder } = await placed(digested(gzipSync(bytes)));
  await expect(extractBatches(archive, folder, CIFAR10)).rejects.toThrow(
    /"cifar-10-batches-bin\/\.\.\/\.\.\/climbed\.bin" lies outside cifar-10-batches-bin/,
  );
  expect(await readdir(outer)).toEqual([]);
});

test("no archive that is refused leaves a file open", async () => {
  const open = async (): Promise<number> => (await readdir("/dev/fd")).length;
  const { archive, folder } = await placed(await miniArchive());
  const whole = await readFile(archive);
  const before = await open();
  for (let length = 512; length < whole.length; length += 9000) {
    await writeFile(archive, whole.subarray(0, length));
    await expect(extractBatches(archive, folder, CIFAR10)).rejects.toThrow(UserError);
  }
  expect(await open()).toBe(before);
});
