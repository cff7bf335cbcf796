import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "../events.ts";
import { RunControl } from "../run-control.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { encodeMember, readMemberFile } from "./member-file.ts";
import { checkpointFile, memberFolder, verifyPointFile } from "./run-paths.ts";
import { runToy, toyConfig } from "./run-toy.ts";
import { verifyRun } from "./verify-run.ts";

const container = toyContainer();

/** Removes what a published run does not include: weights and logits. */
async function slim(folder: string): Promise<void> {
  for (const name of await readdir(join(folder, "members"))) {
    for (const file of await readdir(join(folder, "members", name)))
      if (file !== "member.json") await rm(join(folder, "members", name, file));
  }
}

/** Stores the checkpoint before the first member's last epoch. */
async function keepPoint(folder: string): Promise<void> {
  await mkdir(dirname(verifyPointFile(folder)), { recursive: true });
  await copyFile(checkpointFile(folder), verifyPointFile(folder));
}

/** A finished run with a stored checkpoint before the last epoch of its first member. */
async function published(config: Parameters<typeof runToy>[0] = { ...toyConfig, epochs: 3 }): Promise<string> {
  const isLast = (event: RunEvent): boolean => event.type === "epoch" && event.member === 0 && event.epoch === 2;
  const { folder } = await runToy(config, { container }, isLast);
  await keepPoint(folder);
  await runToy(undefined, { container, resume: folder });
  await slim(folder);
  return folder;
}

/** Writes a wrong number into a member's record, with a correct checksum. */
async function forge(folder: string, member: number, change: { weights?: string; alpha?: number }): Promise<void> {
  const path = memberFolder(folder, member);
  const saved = await readMemberFile(path);
  const { weights = saved.files["weights.bin"] ?? "", alpha = saved.record.alpha ?? 0 } = change;
  const forged = { ...saved, record: { ...saved.record, alpha }, files: { ...saved.files, "weights.bin": weights } };
  await writeFile(join(path, "member.json"), encodeMember(forged));
}

test("a run is trained again, and every member compared with its record", async () => {
  const { folder } = await runToy({ ...toyConfig, scheme: "boost" }, { container });
  await slim(folder);
  const { members, complete, fromEpoch } = await verifyRun(folder, { container });
  expect({ complete, fromEpoch }).toEqual({ complete: true, fromEpoch: 0 });
  expect(members.map(({ differences }) => differences)).toEqual([[], []]);
  for (const name of ["weights.bin", "logits.train.f32", "logits.test.f32", "alpha", "metrics", "sampleWeights"])
    expect(members[1]?.same).toHaveProperty([name]);
});

test("a long run is taken up from its stored checkpoint: only the epochs after it are trained", async () => {
  const folder = await published();
  const events: RunEvent[] = [];
  const { members, fromEpoch } = await verifyRun(folder, { container, onEvent: (event) => events.push(event) });
  expect(fromEpoch).toBe(2);
  expect(members).toMatchObject([{ member: 0, differences: [] }]);
  expect(events.filter(({ type }) => type === "epoch")).toMatchObject([{ member: 0, epoch: 2 }]);
  expect((await verifyRun(folder, { container, whole: true })).members.map(({ differences }) => differences)).toEqual([[], []]);
});

test("a member whose bytes or numbers are others is named with both", async () => {
  const folder = await published();
  const { files } = await readMemberFile(memberFolder(folder, 0));
  await forge(folder, 0, { weights: "0".repeat(64), alpha: 7 });
  const { members } = await verifyRun(folder, { container });
  expect(members[0]?.differences).toEqual([
    { what: "weights.bin", stored: "0".repeat(64), found: files["weights.bin"] },
    { what: "alpha", stored: "7", found: "1" },
  ]);
});

test("other data are refused before a step is taken", async () => {
  const folder = await published();
  const dataset = { name: "blobs", rows: 60 };
  await expect(verifyRun(folder, { container, dataset })).rejects.toThrow("rows");
  await expect(verifyRun(folder, { container, dataset, whole: true })).rejects.toThrow(
    "was made with other data (rows.train was 90, now is 60)",
  );
});

test("what a run started from is started from again", async () => {
  const { folder: first } = await runToy({ ...toyConfig, members: 1 }, { container });
  const { folder } = await runToy({ ...toyConfig, init: memberFolder(first, 0) }, { container });
  await rm(first, { recursive: true });
  await slim(folder);
  expect((await verifyRun(folder, { container })).members.map(({ differences }) => differences)).toEqual([[], []]);
});

test("a run that is stopped says that it is not compared whole, and leaves nothing behind", async () => {
  const folder = await published();
  const before = (await readdir(tmpdir())).filter((name) => name.startsWith("benn-verify-"));
  const control = new RunControl();
  const stopped = await verifyRun(folder, {
    container,
    control,
    whole: true,
    onEvent: (event) => void (event.type === "member-end" && control.stopNow()),
  });
  expect(stopped).toMatchObject({ complete: false, members: [{ member: 0, differences: [] }] });
  expect((await readdir(tmpdir())).filter((name) => name.startsWith("benn-verify-"))).toEqual(before);
});

test("a run without a record, or a checkpoint of a later member, is refused", async () => {
  const folder = await published();
  await copyFile(checkpointFile(folder), verifyPointFile(folder)); // the end of the run
  await expect(verifyRun(folder, { container })).rejects.toThrow(/--whole/);
  await rm(join(folder, "members"), { recursive: true });
  expect(existsSync(join(folder, "experiment.json"))).toBe(true);
  await expect(verifyRun(folder, { container })).rejects.toThrow("has no record of a finished member");
  expect(await readFile(join(folder, "experiment.json"), "utf8")).toContain('"format": 2');
});
