import { mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { findFiles } from "./find-files.ts";

async function folderOf(...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "benn-find-"));
  for (const name of names) await writeFile(join(folder, name), "");
  return folder;
}

test("members come in the natural order of their names, from folders and files alike", async () => {
  const folder = await folderOf(
    "10.pth.tar",
    "2.pth.tar",
    "1.pth",
    "0.pt",
    "notes.txt",
    "old.tar",
    "3.pth.bak",
    "old_sample_weights_2.npy",
    "sample_weights_3.npy.bak",
    "alpha_m_mat.npy",
    "sample_weights_1.npy",
    "sample_weights_10.npy",
  );
  await mkdir(join(folder, "3.pth.tar"));
  const found = findFiles([folder]);
  expect(found.checkpoints.map((path) => basename(path))).toEqual(["0.pt", "1.pth", "2.pth.tar", "10.pth.tar"]);
  expect(basename(found.alphas ?? "")).toBe("alpha_m_mat.npy");
  expect([...found.sampleWeights].map(([number, path]) => [number, basename(path)])).toEqual([
    [1, "sample_weights_1.npy"],
    [10, "sample_weights_10.npy"],
  ]);
  const named = findFiles(["10.pth.tar", "2.pth.tar", "old.tar", "2.pth.tar"].map((name) => join(folder, name)));
  expect(named.checkpoints.map((path) => basename(path))).toEqual(["2.pth.tar", "10.pth.tar", "old.tar"]);
  expect(named.alphas).toBeUndefined();
});

test("nothing to import is an error", async () => {
  expect(() => findFiles(["/nowhere"])).toThrow(/^\/nowhere: does not exist\./);
  const folder = await folderOf("notes.txt");
  expect(() => findFiles([folder])).toThrow(/no file ends in \.pth\.tar, \.pth or \.pt/);
  expect(() => findFiles(["/dev/null"])).toThrow(/^\/dev\/null: is neither a file nor a folder\./);
  const lists = await folderOf("alpha_m_mat.npy", "sample_weights_0.npy");
  expect(() => findFiles(["alpha_m_mat.npy", "sample_weights_0.npy"].map((name) => join(lists, name)))).toThrow(/no file ends in/);
  const two = [await folderOf("alpha_m_mat.npy", "0.pth"), await folderOf("alpha_m_mat.npy", "1.pth")];
  expect(() => findFiles(two)).toThrow(/there is one list of alphas too many/);
});

test("hidden files are no checkpoints, links to files are, and a link to nothing is an error", async () => {
  const folder = await folderOf("0.pth.tar", "._0.pth.tar", ".hidden.pth");
  const elsewhere = await folderOf("weights");
  await symlink(join(elsewhere, "weights"), join(folder, "1.pth.tar"));
  await symlink(elsewhere, join(folder, "2.pth.tar"));
  await symlink("nowhere", join(folder, "notes.txt")); // not needed
  expect(findFiles([folder]).checkpoints.map((path) => basename(path))).toEqual(["0.pth.tar", "1.pth.tar"]);
  await symlink("nowhere", join(folder, "3.pth.tar"));
  expect(() => findFiles([folder])).toThrow(/3\.pth\.tar: is a link that leads nowhere\. Fix it or remove it\./);
});
