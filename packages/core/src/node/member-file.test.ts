import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeMember, readMemberFile, type SavedMember } from "./member-file.ts";

const sum = (digit: string): string => digit.repeat(64);
const saved: SavedMember = {
  record: { member: 2, bestEpoch: 5, error: 0.25, alpha: 1.5, metrics: { accuracy: { train: 0.5, validation: 0.25, test: 0.75 } } },
  files: { "weights.bin": sum("a"), "logits.test.f32": sum("b") },
  sampleWeights: sum("c"),
};

async function folderWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "benn-member-"));
  await writeFile(join(folder, "member.json"), text);
  return folder;
}
const read = async (text: string): Promise<SavedMember> => await readMemberFile(await folderWith(text));
const reread = async (change: (json: Record<string, unknown>) => object): Promise<SavedMember> =>
  await read(JSON.stringify(change(JSON.parse(encodeMember(saved)) as Record<string, unknown>)));

test("a record is read as it was written, with what vouches for its files", async () => {
  expect(await read(encodeMember(saved))).toEqual(saved);
  const { alpha: _alpha, ...dropped } = saved.record;
  const bare: SavedMember = { record: { ...dropped, metrics: {} }, files: {} };
  expect(await read(encodeMember(bare))).toEqual(bare);
  expect(encodeMember(saved)).toMatch(/^\{\n {2}"member": 2,[^]*"sha256": "[0-9a-f]{64}"\n\}\n$/);
  expect(() => encodeMember({ ...saved, record: { ...saved.record, error: Number.NaN } })).toThrow(/member 2/);
});

test("a change of any value in it is damage", async () => {
  for (const change of [{ alpha: 1.25 }, { error: 0 }, { member: 3 }, { sampleWeights: sum("d") }, { files: { "weights.bin": sum("d") } }])
    await expect(reread((json) => ({ ...json, ...change }))).rejects.toThrow(
      /member\.json: has SHA-256 \w{64}, not \w{64} as when it was written\. The file was damaged; restore it from a copy/,
    );
});

test("what is no record is refused with the place", async () => {
  await expect(read("{")).rejects.toThrow("member.json: is not JSON. The file was damaged;");
  for (const [change, place] of [
    [{ member: -1 }, "member: "],
    [{ member: 0.5 }, "member: "],
    [{ bestEpoch: 0.5 }, "bestEpoch: "],
    [{ error: "0" }, "error: "],
    [{ metrics: { accuracy: { train: 1 } } }, "metrics.accuracy.test: "],
    [{ sha256: "abc" }, "sha256: is not a SHA-256"],
    [{ files: { "weights.bin": `${sum("a")}a` } }, "files.weights.bin: is not a SHA-256"],
  ] as const)
    await expect(reread((json) => ({ ...json, ...change }))).rejects.toThrow(`is not the record of a trained member (${place}`);
  await expect(read("3")).rejects.toThrow("is not the record of a trained member (expected an object, got 3)");
  const folder = await mkdtemp(join(tmpdir(), "benn-member-"));
  await expect(readMemberFile(folder)).rejects.toThrow("Was the run copied in part? Copy the member's whole folder.");
});

test("a record of an older version has its metrics by their own names, and vouches for the weights alone", async () => {
  const older = { member: 0, bestEpoch: -1, error: 0.5, alpha: 1, sha256: sum("e") };
  const both = { train: 0.5, test: 0.25 };
  expect(await read(JSON.stringify({ ...older, accuracy: both, top5: both, loss: both }))).toEqual({
    record: { member: 0, bestEpoch: -1, error: 0.5, alpha: 1, metrics: { accuracy: both, top5: both, loss: both } },
    files: { "weights.bin": sum("e") },
  });
  expect((await read(JSON.stringify({ ...older, accuracy: both }))).record.metrics).toEqual({ accuracy: both });
  expect((await read(JSON.stringify(older))).record.metrics).toEqual({});
});

test("the file ends with a line break, and is JSON for other readers", async () => {
  const folder = await folderWith(encodeMember(saved));
  expect(JSON.parse(await readFile(join(folder, "member.json"), "utf8"))).toMatchObject({ ...saved.record, files: saved.files });
});
