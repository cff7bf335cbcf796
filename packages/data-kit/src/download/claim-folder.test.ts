import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { claimFolder } from "./claim-folder.ts";

test("a folder that was released is taken over with what is in it, one in use is not", async () => {
  const parent = await temporaryFolder();
  const first = await claimFolder(parent, "download");
  await writeFile(join(first.folder, "part"), "half");
  const second = await claimFolder(parent, "download");
  expect(second.folder).not.toBe(first.folder);
  await first.release();
  const third = await claimFolder(parent, "download");
  expect(await readFile(join(third.folder, "part"), "utf8")).toBe("half");
  await second.discard();
  await third.discard();
  expect(await readdir(parent)).toEqual([]);
});

test("a folder of a process that has died is taken over, folders of other names are left alone", async () => {
  const parent = await temporaryFolder();
  const { pid } = spawnSync(process.execPath, ["--version"]);
  await mkdir(join(parent, `download.${pid}.1`));
  await mkdir(join(parent, `other.${pid}.1`));
  await mkdir(join(parent, "download"));
  await writeFile(join(parent, `download.${pid}.1`, "part"), "half");
  const claim = await claimFolder(parent, "download");
  expect(await readFile(join(claim.folder, "part"), "utf8")).toBe("half");
  expect((await readdir(parent)).toSorted((a, b) => a.localeCompare(b))).toEqual(["download", basename(claim.folder), `other.${pid}.1`]);
});

test("of many that come at once each has a folder of its own", async () => {
  const parent = await temporaryFolder();
  await (await claimFolder(parent, "download")).release();
  const claims = await Promise.all(Array.from({ length: 8 }, () => claimFolder(parent, "download")));
  expect(new Set(claims.map(({ folder }) => folder)).size).toBe(8);
});
