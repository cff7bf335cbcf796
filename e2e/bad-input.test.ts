// The result of a user's mistake: one sentence, exit code 2, nothing half-written.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { benn, newFolder, start } from "./benn.ts";
import { quick } from "./quick.ts";

/** Expects the command to refuse in one sentence with these words, and to create no run folder. */
async function refuses(args: readonly string[], words: readonly string[], cwd: string): Promise<void> {
  const { code, stdout, stderr } = await benn(args, { cwd });
  for (const word of words) expect(stderr).toContain(word);
  expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2); // commander adds its "Did you mean" as a second line
  expect(stdout).toBe("");
  expect(code).toBe(2);
  expect(existsSync(join(cwd, "runs"))).toBe(false);
}

test("a limit on address space that ends the training thread is named as such", async () => {
  const cwd = newFolder();
  const { code, stderr } = await benn(["train", ...quick], { cwd, limit: "-v 4000000" });
  expect(stderr).toContain("got no more memory from the system");
  expect(stderr).toContain("ulimit -v");
  expect(code).toBe(2);
});

describe.concurrent("words", () => {
  test.for<[readonly string[], readonly string[]]>([
    [["train", "--set", "scheme=adabost"], ['ensemble scheme "adabost" is unknown. Did you mean "adaboost"?']],
    [["train", "--set", "epoch=3"], ['Did you mean "epochs"?']],
    [
      ["train", "--set", "weightDecay=1e-4"],
      ['"weightDecay" is no key any more', "Set optimizer.weightDecay"],
    ],
    [["train", "--set", "learningRateSchedule.factor=0.5"], ["Set schedule.epochs and schedule.factor"]],
    [["train", "--set", "metrics.rate=1"], ['"metrics" names 3 of them']],
    [["train", "--set", "epochs"], ["--set epochs: is not key=value"]],
    [
      ["train", "--set", "epochs=many"],
      ["configuration epochs", '"many"'],
    ],
    [
      ["train", "--set", "learningRate=-1"],
      ["configuration learningRate", "-1"],
    ],
    [["train", "--set", 'members=[{"cuont":2}]'], ['unknown key "cuont". Did you mean "count"?']],
    [["train", "--set", "architecture.widht=1"], ['has no option "widht". Did you mean "width"?']],
    [
      ["train", "--set", "architecture.width=wide"],
      ["architecture.width", '"wide"'],
    ],
    [["train", "--set", "mode=parallel"], ["configuration mode"]],
    [["train", "--backend", "wsam"], ['backend "wsam" is unknown. Did you mean "wasm"?']],
    [
      ["train", "--plugin", "./missing.ts"],
      ["plugin", "missing.ts", "there is no file"],
    ],
    [["bench", "--set", "architecture=nim"], ['architecture "nim" is unknown. Did you mean "nin"?']],
    [["bench", "--profile", "--backend", "cpu"], ["backend cpu: cannot time the kernels of a step. Those that can: wasm, webgpu;"]],
    [
      ["bench", "--steps", "none"],
      ["--steps", "'none'", "a whole number of at least 1"],
    ],
    [["train", "--plugin", "not-installed"], ["plugin not-installed: no such package is installed"]],
    [["train", "--preset", "demmo"], ['Did you mean "demo"?']],
    [["train", "nowhere.config.ts"], ["nowhere.config.ts: does not exist"]],
    [
      ["train", "--ui", "ink"],
      ["--ui ink", "terminal"],
    ],
    [["train", "--resume", "runs/none"], ["does not exist"]],
    [["eval", "runs/none"], ["does not exist"]],
    [["watch", "runs/none"], ["does not exist"]],
    [["trian"], ["train"]],
  ])("benn %s", ([args, words]) => refuses(args, words, newFolder()));
});

describe.concurrent("plugins", () => {
  test.for<[string, string, readonly string[]]>([
    ["that throws when it is imported", 'throw new Error("no cheese.");', ["it throws when it is imported (no cheese)"]],
    ["that exports the wrong thing", "export default 3;", ["its default export is a number, not a plugin"]],
    ["that exports nothing", "export const x = 1;", ["it has no default export, it exports x"]],
    [
      "that throws when it registers",
      'export default { name: "broken", register() { throw new Error("no wine"); } };',
      ["plugin broken", "throws when it registers (no wine)"],
    ],
    [
      "that takes a taken name",
      `import { definePlugin, SCHEMES } from "@benn/core";
       export default definePlugin({ name: "taker", register: (c) => c.resolve(SCHEMES).add("samme", { description: "", create: () => null as never }) });`,
      ['ensemble scheme "samme" is registered twice', "@benn/ensemble-boost", "taker"],
    ],
    [
      "whose images the net cannot take",
      `import { DATASETS, definePlugin } from "@benn/core";
       const split = { labels: new Int32Array(20), images: (rows: Int32Array) => new Float32Array(rows.length * 9) };
       const load = async () => ({ shape: [3, 3, 1], labels: ["a", "b"], train: split, test: split, provenance: {}, preprocessing: [] }) as const;
       export default definePlugin({ name: "tiny", register: (c) => c.resolve(DATASETS).add("cifar10-tiny", { description: "", create: () => ({ load }) }) });`,
      ["nin: expected images of at least", "got [3, 3, 1]"],
    ],
  ])("one %s", ([, text, words]) => {
    const cwd = newFolder();
    writeFileSync(join(cwd, "plugin.ts"), text);
    const dataset = text.includes("cifar10-tiny") ? ["--set", "dataset=cifar10-tiny"] : [];
    return refuses(["train", "--plugin", "./plugin.ts", ...dataset], words, cwd);
  });
});

describe.concurrent("data", () => {
  const RECORD = 3073;
  /** A folder of the official layout with two records per file. */
  function dataFolder(change: Readonly<Record<string, Uint8Array | undefined>>): string {
    const cwd = newFolder();
    mkdirSync(join(cwd, "data"));
    const files = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`).concat("test_batch.bin");
    for (const file of files) {
      const bytes = file in change ? change[file] : new Uint8Array(2 * RECORD);
      if (bytes) writeFileSync(join(cwd, "data", file), bytes);
    }
    return cwd;
  }
  const wrongLabel = new Uint8Array(2 * RECORD);
  wrongLabel[RECORD] = 10;

  test.for<[string, Readonly<Record<string, Uint8Array | undefined>>, readonly string[]]>([
    ["a missing file", { "data_batch_3.bin": undefined }, ["data_batch_3.bin", "is missing"]],
    ["a short file", { "test_batch.bin": new Uint8Array(2 * RECORD - 1) }, ["test_batch.bin", "not a whole number of 3073-byte records"]],
    ["an empty file", { "data_batch_1.bin": new Uint8Array(0) }, ["data_batch_1.bin", "0 bytes"]],
    ["a label out of range", { "data_batch_2.bin": wrongLabel }, ['record 1 of "data_batch_2.bin" has the label 10']],
  ])("%s", ([, change, words]) => refuses(["train", "--data", "data"], words, dataFolder(change)));

  test("a folder that is not there", () => refuses(["train", "--data", "nowhere"], ["nowhere"], newFolder()));

  test("a corrupt array", async () => {
    const cwd = newFolder();
    for (const name of ["train_data", "train_labels", "test_data", "test_labels"]) writeFileSync(join(cwd, `${name}.npy`), "not an array");
    await refuses(["train", "--data", "."], ["train_data.npy", "is not a .npy file"], cwd);
  });
});

describe("while a run is there", () => {
  test("a loss that is not finite stops the run: the error names member, epoch and batch, the run folder is free again", async () => {
    const cwd = newFolder();
    const { code, stderr } = await benn(["train", ...quick, "learningRate=1e38", "name=lost", "--ui", "json"], { cwd });
    expect(stderr).toMatch(
      /^benn: member \d+, epoch \d+, batch \d+: the loss is (?:NaN|Infinity)\..* The run so far is in runs\/lost\.\n$/,
    );
    expect(code).toBe(2);
    expect(existsSync(join(cwd, "runs/lost/lock.json"))).toBe(false);
  });

  test("a run folder in use, a taken name, and a resumed run with other settings", async () => {
    const cwd = newFolder();
    const training = start(["train", ...quick, "name=used", "epochs=50", "--ui", "json"], { cwd });
    await training.shows('"type":"epoch"');
    const inUse = await benn(["train", "--resume", "runs/used"], { cwd });
    expect(inUse.stderr).toMatch(/^benn: run folder runs\/used: is in use by process \d+ on .*\n$/);
    expect(inUse.code).toBe(2);
    training.child.kill("SIGTERM");
    expect((await training.finished).code).toBe(143);

    const taken = await benn(["train", ...quick, "name=used"], { cwd });
    expect(taken.stderr).toMatch(/^benn: run folder runs\/used: exists\. .*--resume runs\/used\.\n$/);
    expect(taken.code).toBe(2);
    const differs = await benn(["train", "--resume", "runs/used", "--set", "batchSize=41"], { cwd });
    expect(differs.stderr).toContain("was made with batchSize=40, now batchSize=41 is asked for");
    expect(differs.code).toBe(2);
    const fewer = await benn(["train", "--resume", "runs/used", "--set", "members=1"], { cwd });
    expect(fewer.stderr).toContain("was made with members=");
    expect(fewer.code).toBe(2);
  });
});
