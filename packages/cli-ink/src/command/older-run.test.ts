// `fixtures/older-run` is a run of the version in which accuracy, top-5 accuracy and loss were separate fields of events and separate
// files, and weight decay and schedule were keys of the configuration: two members of a narrow network, two epochs on 40 photographs. The
// topology was removed from its model.json.
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluateRun, followEvents, openEnsemble, openRun } from "@benn/core/node";
import { convertRun } from "@benn/tensorboard";
import { expect, test } from "vitest";
import { initialState, reduce } from "../run/run-state.ts";
import { plainScreen } from "../screen/plain-screen.ts";
import { configure } from "./configure.ts";
import { openContainer } from "./open-container.ts";

const older = join(import.meta.dirname, "../../fixtures/older-run");
const member = (number: string) =>
  JSON.parse(readFileSync(join(older, "members", number, "member.json"), "utf8")) as { accuracy: { test: number } };

test("benn eval gives its members the accuracies that it was saved with, and every image its class", async () => {
  const container = await openContainer();
  const evaluation = await evaluateRun(older, { container });
  expect(evaluation.members.map(({ metrics }) => metrics["accuracy"])).toEqual(["000", "001"].map((at) => member(at).accuracy.test));
  expect(evaluation.members.map(({ agreement }) => agreement)).toEqual([1, 1]);
  // Its logits have no checksums, so they are recomputed, with a note.
  const { members, notes } = await openEnsemble(older, { container, splits: ["test"] });
  expect(members.map(({ computed }) => computed)).toEqual([["test"], ["test"]]);
  expect(notes).toEqual(
    ["000", "001"].map((at) => `${join(older, "members", at, "logits.test.f32")}: has no checksum; computed from the weights.`),
  );
});

test("benn watch shows it as a run of today", async () => {
  const lines: string[] = [];
  const screen = plainScreen((text) => lines.push(text), { state: initialState });
  let state = initialState;
  for await (const event of followEvents(older, { follow: false })) {
    screen.show(event);
    state = reduce(state, event);
  }
  expect(lines.filter((line) => line.includes(", train accuracy "))).toHaveLength(4);
  expect(
    lines.filter((line) => /^member \d\/2 done: accuracy .* train, .* test; cross-entropy .* train, .* test; ε/.test(line)),
  ).toHaveLength(2);
  expect(lines.at(-1)).toMatch(/^vote of 2: accuracy [\d.]+ % \(soft\), single members [\d.]+ % on average/);
  expect(state.members.map(({ final }) => final?.["accuracy"]?.test)).toEqual(["000", "001"].map((at) => member(at).accuracy.test));
});

test("what it was made from has weight decay and the schedule where they are today", async () => {
  const { config } = await configure({ settings: [], plugins: [] }, older, await openRun(older));
  expect(config).toMatchObject({
    optimizer: [{ name: "adam", weightDecay: 1e-4 }],
    schedule: { name: "steps", epochs: [1], factor: 0.5 },
  });
  expect(config).not.toHaveProperty("weightDecay");
});

test("TensorBoard's files of it have the tags that they had", async () => {
  const run = mkdtempSync(join(tmpdir(), "benn-older-"));
  cpSync(older, run, { recursive: true });
  await convertRun(run);
  const bytes = readFileSync(join(run, "tensorboard/member-001/events.out.tfevents.benn"), "latin1");
  for (const tag of ["train_batch/loss", "train_batch/top1", "train/avg_top1", "draw/avg_top1", "test/loss", "test/avg_top1"])
    expect(bytes).toContain(tag);
});
