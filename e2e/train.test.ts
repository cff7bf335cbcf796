import { existsSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "@benn/core";
import { folderBytes } from "../packages/core/src/node/folder-bytes.ts";
import { benn, bennWithoutTensorFlow, newFolder, root, start } from "./benn.ts";
import { quick } from "./quick.ts";

const eventsOf = (stdout: string): RunEvent[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);

/** Of `benn eval --json`. */
interface Evaluated {
  readonly members: readonly { readonly agreement: object }[];
  readonly splits: { readonly test: { readonly staged: readonly unknown[] } };
}

describe("training", () => {
  test("plain lines end with the table of votes and what to type next, in a thread without TensorFlow.js", async () => {
    const { code, stdout, stderr } = await bennWithoutTensorFlow(["train", ...quick, "name=plain"], { cwd: newFolder() });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    for (const word of ["hard", "soft", "softmax", "runs/plain", "eval"]) expect(stdout).toContain(word);
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/\u001B\[/);
  });

  test("json lines are the events of the log and nothing else", async () => {
    const cwd = newFolder();
    const { code, stdout } = await benn(["train", ...quick, "name=json", "--ui", "json"], { cwd });
    expect(code).toBe(0);
    const shown = eventsOf(stdout).filter((event) => event.type !== "progress");
    const logged = eventsOf(await readFile(join(cwd, "runs/json/events.jsonl"), "utf8"));
    expect(shown).toEqual(logged);
    expect(logged.at(-1)).toMatchObject({ type: "run-end", reason: "finished", members: 2 });
  });

  test("every scheme trains on every kind of net", async () => {
    for (const [scheme, net, ...more] of [
      ["adaboost", "nin"],
      ["logitboost", "allbinnet"],
      ["mildboost", "resnet20", "architecture.width=0.25"],
      // A first member that is no better than chance would end the run, as it should.
      ["samme", "nin", "architecture.dropout=0", "batchSize=20", "epochs=4", "learningRate=0.01"],
    ] as const) {
      const { code, stdout, stderr } = await benn(
        ["train", ...quick, `scheme=${scheme}`, `architecture.name=${net}`, ...more, "--ui", "json"],
        { cwd: newFolder() },
      );
      expect(stderr, scheme).toBe("");
      expect(code).toBe(0);
      expect(eventsOf(stdout).at(-1)?.type).toBe("run-end");
    }
  });
});

describe("three uses", () => {
  test("your own boosting scheme from a lone file", async () => {
    const { code, stdout, stderr } = await benn(
      ["train", "--plugin", join(root, "examples/my-boost.ts"), ...quick, "scheme=my-boost", "--ui", "json"],
      { cwd: newFolder() },
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(eventsOf(stdout).find((event) => event.type === "run-start")?.scheme).toBe("my-boost");
  });

  test("a mixed ensemble, boosted", async () => {
    const cwd = newFolder();
    const { code, stdout, stderr } = await benn(
      [
        "train",
        join(root, "examples/mixed.config.ts"),
        "--set",
        "dataset.trainRows=60",
        "dataset.testRows=30",
        "batchSize=30",
        "epochs=1",
        "--ui",
        "json",
      ],
      { cwd },
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const plan = eventsOf(stdout).find((event) => event.type === "run-start");
    expect(new Set(plan?.members.map((member) => member.architecture.split(" ")[0]))).toEqual(new Set(["nin", "allbinnet", "resnet20"]));
  });

  test("an ensemble ends when its vote on validation rows no longer rises, side by side as one by one, and all its members vote", async () => {
    const cwd = newFolder();
    const settings = [...quick, "validation=0.3", "mode=independent", "members=12", "epochs=1", "stopWhen.patience=2"];
    const { code, stdout, stderr } = await benn(["train", ...settings, "name=one", "parallel=1", "--ui", "plain"], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("ends when the vote on validation rows has not improved for 2 members");
    const [, n = ""] =
      /^Stopped early: accuracy of the soft vote on validation rows has not risen for 2 members: .* All (\d+) members vote\.$/m.exec(
        stdout,
      ) ?? [];
    expect(Number(n)).toBeLessThan(12);
    expect((await benn(["train", ...settings, "name=two", "parallel=2"], { cwd })).code).toBe(0);
    const [one, two] = [await folderBytes(join(cwd, "runs/one")), await folderBytes(join(cwd, "runs/two"))];
    for (const bytes of [one, two]) delete bytes["experiment.json"]; // holds the run's name, and how many train at a time
    expect(two).toEqual(one);
    const evaluated = JSON.parse((await benn(["eval", "runs/one", "--json"], { cwd })).stdout) as Evaluated;
    expect([evaluated.members.length, evaluated.splits.test.staged.length]).toEqual([Number(n), Number(n)]);
    const exported = await benn(["export", "runs/one", "--json"], { cwd });
    expect(JSON.parse(exported.stdout)).toMatchObject({ members: Number(n) });
    const refused = await benn(["train", ...quick, "scheme=deep-ensemble", "mode=independent", "stopWhen.patience=2"], { cwd });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("scheme deep-ensemble has no out-of-bag vote. Hold rows out, for example --set validation=0.1.");
    const planned = await benn(["train", ...settings, "--dry-run"], { cwd });
    expect(planned.stdout.replaceAll(/\s+/g, " ")).toContain(
      "Early stop: the run ends when the vote on validation rows has not improved for 2 members.",
    );
  });

  test("watching a run that another process trains", async () => {
    const cwd = newFolder();
    const training = start(["train", ...quick, "name=watched", "epochs=3", "--ui", "json"], { cwd });
    await training.shows('"type":"step"');
    const watching = await benn(["watch", "runs/watched", "--ui", "json"], { cwd });
    const trained = await training.finished;
    expect(watching.stderr).toBe("");
    expect(watching.code).toBe(0);
    expect(eventsOf(watching.stdout)).toEqual(eventsOf(trained.stdout).filter((event) => event.type !== "progress"));
  });
});

describe("stopping and going on", () => {
  test("a run killed outright and resumed ends with the bytes of one that was not", async () => {
    const cwd = newFolder();
    const settings = [...quick, "scheme=samme", "epochs=3"];
    expect((await benn(["train", ...settings, "name=whole"], { cwd })).code).toBe(0);
    const killed = start(["train", ...settings, "name=killed", "--ui", "json"], { cwd });
    await killed.shows('"type":"member-end"');
    killed.child.kill("SIGKILL");
    await killed.finished;
    const resumed = await benn(["train", "--resume", "runs/killed"], { cwd });
    expect(resumed.stderr).toBe("");
    expect(resumed.code).toBe(0);
    const [whole, again] = [await folderBytes(join(cwd, "runs/whole")), await folderBytes(join(cwd, "runs/killed"))];
    for (const bytes of [whole, again]) delete bytes["experiment.json"]; // holds the run's name
    expect(again).toEqual(whole);
  });

  test("Ctrl-C saves, says how to go on, and exits with 130", async () => {
    const cwd = newFolder();
    const running = start(["train", ...quick, "name=stopped", "epochs=50", "--ui", "plain"], { cwd });
    await running.shows("epoch");
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.finished;
    expect(code).toBe(130);
    expect(stdout + stderr).toContain("--resume runs/stopped");
    expect(existsSync(join(cwd, "runs/stopped/checkpoint/latest.safetensors"))).toBe(true);
    expect(existsSync(join(cwd, "runs/stopped/lock.json"))).toBe(false);
  });

  test("Ctrl-C while data is read or fetched ends at once with nothing written", async () => {
    const cwd = newFolder();
    writeFileSync(
      join(cwd, "slow.ts"),
      `import { DATASETS, definePlugin, type LoadOptions } from "@benn/core";
       const load = ({ onProgress, signal }: LoadOptions) =>
         new Promise<never>((_, reject) => {
           onProgress?.({ what: "fetching", done: 1, total: 9 });
           setInterval(() => signal?.aborted && reject(signal.reason), 20);
         });
       export default definePlugin({ name: "slow", register: (c) => c.resolve(DATASETS).add("slow", { description: "", create: () => ({ load }) }) });`,
    );
    const running = start(["train", "--plugin", "./slow.ts", "--set", "dataset=slow", "--ui", "json"], { cwd });
    await running.shows("fetching");
    running.child.kill("SIGINT");
    const { code, stderr } = await running.finished;
    expect(stderr).toContain("Stopped before training began; nothing was written.");
    expect(code).toBe(130);
    expect(existsSync(join(cwd, "runs"))).toBe(false);
  });

  test("scoring a finished run again agrees with what was stored", async () => {
    const cwd = newFolder();
    await benn(["train", ...quick, "name=done"], { cwd });
    const { code, stdout } = await benn(["eval", "runs/done", "--again", "--json"], { cwd });
    expect(code).toBe(0);
    const evaluation = JSON.parse(stdout) as Evaluated;
    expect(evaluation.members.map(({ agreement }) => agreement)).toEqual([1, 2].map(() => ({ train: 1, test: 1 })));
    expect(evaluation.splits.test.staged).toHaveLength(2);
  });
});
