// The command's own list of plugins, the real trainer and the log on disk: what the listener wrote of a run that was interrupted and
// resumed equals the conversion of its final log.
import { globSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { train } from "../packages/cli-ink/src/index.ts";
import { convertRun } from "../packages/tensorboard/src/index.ts";
import { newFolder } from "./benn.ts";

const config = {
  dataset: { name: "cifar10", source: "sample", trainRows: 60, testRows: 20 },
  architecture: { name: "nin", width: 0.0625 },
  members: 2,
  epochs: 2,
  batchSize: 20,
  checkpointSeconds: 0,
  listeners: "tensorboard",
};

/** Event files by their path within the folder. */
const filesOf = (folder: string) =>
  Object.fromEntries(globSync("*/*tfevents*", { cwd: folder }).map((path) => [path, readFileSync(join(folder, path), "base64")]));

test("event files of a run that was broken off and resumed are those of its log", async () => {
  let folder = "";
  let steps = 0;
  const onFolder = (path: string) => (folder = path);
  for await (const event of train(config, { out: newFolder(), cwd: newFolder(), onFolder })) {
    if (event.type === "step") steps += 1;
    if (steps === 8) break; // in the second epoch, with step events that no checkpoint covers
  }
  for await (const _ of train(config, { resume: folder, cwd: newFolder() })) {
    // only to the end
  }
  const written = filesOf(join(folder, "tensorboard"));
  expect(Object.keys(written).toSorted()).toEqual(
    ["ensemble", "member-000", "member-001"].map((of) => join(of, "events.out.tfevents.benn")),
  );
  renameSync(join(folder, "tensorboard"), join(folder, "written"));
  await convertRun(folder);
  expect(filesOf(join(folder, "tensorboard"))).toEqual(written);
});
