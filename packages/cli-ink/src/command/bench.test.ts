import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { measureSpeeds, profileStep } from "./bench.ts";

const narrow = {
  set: ["architecture.width=0.03125", "batchSize=3"],
  backend: "wasm",
  threads: 1,
  member: 1,
  steps: 2,
  rounds: 3,
  rows: 5,
};
const newFolder = () => mkdtempSync(join(tmpdir(), "benn-bench-"));

test("training and evaluation take turns, and the result is the median round, with the slowest and the fastest", async () => {
  const cwd = newFolder();
  const notes: string[] = [];
  const { training, evaluation, ...rest } = await measureSpeeds(narrow, cwd, ({ what, done, total }) =>
    notes.push(`${what} ${done}/${total}`),
  );
  expect(rest).toMatchObject({
    architecture: "nin width=0.03125",
    binarizer: "deterministic",
    shape: [32, 32, 3],
    classes: 10,
    batchSize: 3,
    backend: "wasm threads=1",
    device: expect.stringContaining("one thread"),
    machine: { node: process.version },
  });
  for (const [kind, speed] of Object.entries({ training, evaluation }) as ["training" | "evaluation", typeof evaluation][]) {
    expect(speed).toMatchObject({ rounds: 3, steps: 2, imagesPerSecond: expect.closeTo(3000 / speed.millisecondsPerStep, 6) });
    expect(speed.slowest).toBeLessThanOrEqual(speed.imagesPerSecond);
    expect(speed.fastest).toBeGreaterThanOrEqual(speed.imagesPerSecond);
    expect(speed.multiplyAddsPerSecond).toBeCloseTo(rest.multiplyAdds[kind] * speed.imagesPerSecond, 0);
  }
  expect(notes.filter((text) => /rounds [23]/.test(text))).toEqual(["measuring training, rounds 2/6", "measuring evaluation, rounds 3/6"]);
  expect(readdirSync(cwd)).toEqual([]);
});

test("without a number of steps a round takes as many as it needs to be long enough, and --forward evaluates alone", async () => {
  const { steps: _steps, ...options } = narrow;
  const speeds = await measureSpeeds({ ...options, forward: true, rounds: 1 }, newFolder());
  expect(speeds).not.toHaveProperty("training");
  expect(speeds.evaluation.steps).toBeGreaterThan(2);
});

test("the profile of a training step has the kernels of both passes and of the optimiser, that of evaluation the forward ones", async () => {
  const training = await profileStep({ ...narrow, profile: true }, newFolder());
  const kernels = (of: typeof training) => new Set(of.rows.map(({ kernel }) => kernel));
  for (const kernel of ["BinaryConv2D", "BinaryConv2DGrad", "AdamStep"]) expect(kernels(training)).toContain(kernel);
  expect(training).toMatchObject({ of: "training", limits: { multiplyAdds: expect.any(Number), bytes: expect.any(Number) } });
  // All binary convolutions; the number of calls is whole, because the profile is of one step.
  expect(training.rows.find(({ part }) => part === "binaryConv2d")).toMatchObject({ calls: 5, macs: expect.any(Number) });
  const evaluation = await profileStep({ ...narrow, profile: true, forward: true }, newFolder());
  expect(evaluation.of).toBe("evaluation");
  expect(kernels(evaluation)).toContain("BinaryConv2D");
  for (const kernel of ["BinaryConv2DGrad", "AdamStep"]) expect(kernels(evaluation)).not.toContain(kernel);
});

test("the second kind of member of a configuration file is measured when it is asked for", async () => {
  const cwd = newFolder();
  const members = [{ count: 2 }, { architecture: { name: "resnet20", width: 0.25 } }];
  writeFileSync(join(cwd, "mine.json"), JSON.stringify({ members, backend: { name: "wasm", threads: 1 }, batchSize: 2 }));
  const { architecture } = await measureSpeeds({ file: "mine.json", member: 3, forward: true, steps: 1, rounds: 1, rows: 1 }, cwd);
  expect(architecture).toBe("resnet20 width=0.25");
});

test.for([
  [{ set: ["architecture=resnet21"] }, 'architecture "resnet21" is unknown. Did you mean "resnet20"?'],
  [{ backend: "cpu", threads: 2 }, 'backend "cpu" has no option "threads"'],
  [{ member: 9 }, "member 9: there is none; the configuration has 8."],
  [{ preset: "demmo" }, 'Did you mean "demo"?'],
] as const)("%o is refused in a sentence", async ([options, words]) => {
  await expect(measureSpeeds({ member: 1, rounds: 1, rows: 1, ...options }, newFolder())).rejects.toThrow(words);
});
