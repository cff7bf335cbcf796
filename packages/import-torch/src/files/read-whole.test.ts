import { truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { expect, test } from "vitest";
import { readWhole, sha256 } from "./read-whole.ts";

test("a file that is missing, or too large for one array, is refused", async () => {
  await expect(readWhole("/nowhere/0.pth")).rejects.toThrow(UserError);
  await expect(readWhole("/nowhere/0.pth")).rejects.toThrow(
    "/nowhere/0.pth: cannot be read (ENOENT). Give a checkpoint that torch.save wrote.",
  );
  const path = join(tmpdir(), "large.pth");
  await writeFile(path, "");
  await truncate(path, 2 ** 31); // a sparse file, which takes no room
  await expect(readWhole(path)).rejects.toThrow(`${path}: cannot be read (it is larger than 2 GiB).`);
});

test("the hash is the published one of the text abc", () => {
  // FIPS 180-2, appendix B.1
  expect(sha256(Buffer.from("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
