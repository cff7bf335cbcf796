// Optimizers, schedules and losses of the packages, in runs that are killed in their second epoch and resumed.
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderBytes } from "../packages/core/src/node/folder-bytes.ts";
import { benn, newFolder, start } from "./benn.ts";
import { quick } from "./quick.ts";

const cwd = newFolder();

const recipes = {
  adamw: [
    'optimizer={"name":"adamw","decay":"kernels"}',
    "schedule.name=one-cycle",
    "loss.labelSmoothing=0.1",
    'averageWeights={"decay":0.9}',
    "batchNorm.statistics=precise",
  ],
  bop: ['optimizer=["bop","adamw"]', "binarizer=sign", 'schedule={"name":"cosine","warmup":0.2}'],
  // A student of the first.
  sgd: ["optimizer=sgd", 'schedule={"name":"linear","warmup":0.1}', 'loss={"name":"distillation","teacher":"runs/adamw"}'],
};

test.for(Object.entries(recipes))("%s: a killed and resumed run has the bytes of one that was not", async ([name, settings]) => {
  const all = [
    ...quick,
    "dataset.trainRows=60",
    "dataset.testRows=20",
    "batchSize=20",
    "epochs=3",
    "members=1",
    "checkpointSeconds=0",
    "scoreEvery=1",
    ...settings,
  ];
  const trained = await benn(["train", ...all, `name=${name}`], { cwd });
  expect(trained.stderr).toBe("");
  expect(trained.code).toBe(0);
  const killed = start(["train", ...all, `name=${name}-killed`, "--ui", "json"], { cwd });
  await killed.shows('"type":"score"');
  killed.child.kill("SIGKILL");
  expect((await killed.finished).code).toBe(null);
  // From another folder: a run is not tied to the folder in which it was started, nor is its teacher.
  const resumed = await benn(["train", "--resume", join(cwd, `runs/${name}-killed`)], { cwd: newFolder() });
  expect(resumed.stderr).toBe("");
  expect(resumed.code).toBe(0);
  const [whole, again] = [await folderBytes(join(cwd, `runs/${name}`)), await folderBytes(join(cwd, `runs/${name}-killed`))];
  for (const bytes of [whole, again]) delete bytes["experiment.json"]; // holds the run's name
  expect(again).toEqual(whole);
});

test.for(["bop", "adamw"])("%s: what it trained is exported, and the file gives its answers", async (name) => {
  const exported = await benn(["export", `runs/${name}`, "--out", `${name}.benn`, "--verify"], { cwd });
  expect(exported.stderr).toBe("");
  expect(exported.code).toBe(0);
});

test("benn plugins tells of them, in lines that a pipe of 80 columns shows whole", async () => {
  const list = await benn(["plugins"], { cwd });
  for (const name of ["adamw", "sgd", "bop", "one-cycle", "cosine", "distillation"])
    expect(list.stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
  const { stdout } = await benn(["plugins", "adamw", "cosine", "cross-entropy"], { cwd });
  for (const line of [/ of @benn\/optimizers$/m, / of @benn\/schedules$/m, /^ {2}labelSmoothing {2}number = 0: /m])
    expect(stdout).toMatch(line);
  const presets = await benn(["presets"], { cwd });
  for (const line of [list, presets].flatMap((one) => one.stdout.split("\n"))) expect(line.length).toBeLessThanOrEqual(80);
});
