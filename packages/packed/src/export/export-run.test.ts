import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Staged, UserError } from "@benn/core";
import { followEvents, train } from "@benn/core/node";
import * as tf from "@benn/core/tensorflow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { load } from "../load.ts";
import { openTestResults } from "../trust/test-results.ts";
import { exportRun, type ExportOptions } from "./export-run.ts";

const out = mkdtempSync(join(tmpdir(), "benn-export-run-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));
const dataset = { name: "pictures", height: 12, width: 8 };
const resnet = { name: "resnet20", width: 0.125 };

/** Three members of two architectures, the second without a binarizer. */
let folder: string;
beforeAll(async () => {
  const plugin = { count: 2, architecture: { name: "plugin-net" } };
  folder = await trainNets(out, { members: [plugin, { count: 1, binarizer: "none", architecture: resnet }], dataset, validation: 0.25 });
});
const exported = (options: Partial<ExportOptions> = {}) => exportRun(folder, { container, ...options });

test("every member is in the file, and each architecture in a table of sizes with as many bytes as the file has for it", async () => {
  const seen: unknown[] = [];
  const before = tf.memory().numTensors;
  const { bytes, members, sizes, realBytes } = await exported({ onProgress: (done) => void seen.push(done) });
  expect(tf.memory().numTensors).toBe(before);
  expect(seen).toEqual([1, 2, 3].map((count) => ({ members: count, of: 3 })));
  expect(members).toBe(3);
  expect(sizes.map(({ architecture, members: own }) => [architecture, own])).toEqual([
    ["plugin-net", 2],
    ["resnet20", 1],
  ]);
  const model = await load(bytes);
  expect(model.members.map(({ architecture, alpha }) => [architecture, alpha])).toEqual([
    ["plugin-net", 1],
    ["plugin-net", 1],
    ["resnet20", 1],
  ]);
  // Size of the run's stored weights at 32 bits per weight.
  const weights = readdirSync(join(folder, "members")).map((member) => statSync(join(folder, "members", member, "weights.bin")).size);
  expect(realBytes).toBe(weights.reduce((sum, size) => sum + size));
  for (const { rows } of sizes) expect(rows.reduce((sum, { packedBytes }) => sum + packedBytes, 0)).toBeGreaterThan(0);
});

test("what could not be packed is told once, however many members have it", async () => {
  const { warnings } = await exported();
  expect(new Set(warnings).size).toBe(warnings.length);
  for (const warning of warnings) expect(warning).toMatch(/^\S+ runs as a real layer: its inputs are 32 bits wide$/);
  expect(warnings.length).toBeGreaterThan(5);
});

test("the vote is the run's, or another that is named", async () => {
  for (const [voter, expected] of [
    [undefined, "soft"],
    ["soft", "soft"],
    ["hard", "hard"],
    ["softmax", "softmax"],
  ] as const) {
    const { bytes } = await exported(voter === undefined ? {} : { voter });
    expect((await load(bytes)).voter).toBe(expected);
  }
  await expect(exported({ voter: "median" })).rejects.toThrow('the voter "median" has no lower method');
  await expect(exported({ voter: "nobody" })).rejects.toThrow(UserError);
});

test("it is verified only if that is asked for, by every vote that the file knows and the run's", async () => {
  expect((await exported()).verification).toBeUndefined();
  const seen: unknown[] = [];
  const { verification } = await exported({ verify: true, voter: "weighing", onVerified: (done) => void seen.push(done) });
  expect(seen).toEqual([{ images: 40, of: 40 }]);
  const none = { otherClass: 0, otherLogits: 0, largestDifference: 0 };
  expect(verification).toEqual({
    images: 40,
    pictures: true,
    members: [none, none, none],
    votes: { hard: 0, soft: 0, softmax: 0, weighing: 0 },
  });
});

test.for(["matrix", "class"])(
  "a stacking vote of a %s is in the file as the last node of each member, and has the run's very scores",
  async (weights) => {
    const voter = { name: "stacking", weights };
    const members = [
      { count: 2, architecture: { name: "plugin-net" } },
      { count: 1, binarizer: "none", architecture: resnet },
    ];
    const own = await trainNets(out, { members, dataset, validation: 0.25, more: { voter } });
    let staged: Staged | undefined;
    for await (const event of followEvents(own, { follow: false })) if (event.type === "staged") staged = event;
    const { bytes, verification } = await exportRun(own, { container, verify: true });
    const none = { otherClass: 0, otherLogits: 0, largestDifference: 0 };
    expect(verification).toEqual({
      images: 40,
      pictures: true,
      members: [none, none, none],
      votes: { hard: 0, soft: 0, softmax: 0, stacking: 0 },
    });
    const model = await load(bytes);
    expect(model.voter).toBe("soft");
    expect(model.members.map(({ alpha }) => alpha)).toEqual([1, 1, 1]);
    expect(openTestResults(model)!.votes.at(-1)).toBe(staged!.metrics["accuracy"]!.test["stacking"]);
    expect(openTestResults(model)!.singles.at(-1)).toBe(staged!.metrics["accuracy"]!.single);
  },
);

test("a voter that learns cannot be taken by a run that held nothing out", async () => {
  const without = await trainNets(out, { members: [{ count: 1, architecture: { name: "plugin-net" } }], dataset });
  await expect(exportRun(without, { container, voter: "stacking" })).rejects.toThrow(
    "voter stacking: learns from samples that no member was trained on, and validation=0 holds none out.",
  );
});

test("a run without a trained member has nothing to export", async () => {
  let empty = "";
  const config = { dataset, architecture: "plugin-net", scheme: "bagging", members: 1, backend: "wasm", seed: 1 } as const;
  const run = train(config, { container, out, onFolder: (path) => (empty = path) });
  await run.next();
  await run.return(undefined as never);
  await expect(exportRun(empty, { container })).rejects.toThrow(
    `export: ${empty} has no trained member yet. Resume it with "benn train --resume ${empty}".`,
  );
});
