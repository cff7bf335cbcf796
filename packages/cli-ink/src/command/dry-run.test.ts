import type { RunPlan } from "@benn/core/node";
import { expect, test } from "vitest";
import { planLines } from "./dry-run.ts";

const layer = (name: string, binary: boolean) => ({
  name,
  type: binary ? "BinaryConv2D" : "Conv2D",
  outputShape: [32, 32, 48],
  parameters: 3648,
  binaryParameters: binary ? 3600 : 0,
  binaryMultiplyAdds: binary ? 3_686_400 : 0,
  realMultiplyAdds: binary ? 0 : 3_686_400,
  bitOperations: (binary ? 1 : 1024) * 3_686_400,
  bytes: binary ? 834 : 14_592,
});
const plan: RunPlan = {
  config: { epochs: 5, members: 3 },
  dataset: { name: "cifar10", train: 4000, validation: 0, test: 1000, shape: [32, 32, 3], classes: 10 },
  kinds: [
    {
      architecture: "nin width=0.25",
      binarizer: "deterministic",
      members: [0, 2],
      epochs: 5,
      learningRate: 0.001,
      weights: new Map(),
      summary: {
        layers: [layer("conv1", false), layer("conv2", true), { ...layer("relu", false), parameters: 0, realMultiplyAdds: 0, bytes: 0 }],
        parameters: 7296,
        binaryParameters: 3600,
        multiplyAdds: 7_372_800,
        binaryMultiplyAdds: 3_686_400,
        bitOperations: 1025 * 3_686_400,
        bytes: 15_426,
        realBytes: 29_184,
      },
    },
  ],
  bytes: 30_852,
  realBytes: 58_368,
  images: 40_000,
  multiplyAdds: 884_736_000_000,
  memoryBytes: 100_000_000,
  warnings: [],
  machineMemoryBytes: 8e9,
};

test("the plan shows the configuration, every layer with its multiply-adds by bit-width, sizes, memory and time", () => {
  const text = planLines(plan).join("\n");
  expect(text).toMatch(/^ {2}members +3\n {2}epochs +5$/m);
  expect(text).toContain("Data: cifar10, images [32, 32, 3], 10 classes; 4,000 train, 0 validation, 1,000 test");
  expect(text).toContain("Members 1, 3: nin width=0.25, deterministic; 5 epochs, learning rate 0.001");
  expect(text).toMatch(/^ {2}layer +output +1-bit +32-bit +1-bit +32-bit +bytes$/m);
  expect(text).toMatch(/^ {2}conv1 +32×32×48 +3,648 +3\.7 +14,592$/m);
  expect(text).toMatch(/^ {2}conv2 +32×32×48 +3,600 +48 +3\.7 +834$/m);
  expect(text).toMatch(/^ {2}all +3,600 +3,696 +3\.7 +3\.7 +15,426$/m);
  expect(text).not.toContain("relu");
  expect(text).toContain("  1 layer without weights left out; --json lists all.");
  expect(text).toContain("30.9 kB; in float32: 58.4 kB (1.9×)");
  expect(text).toContain("885 billion multiply-adds");
  expect(text).toContain("at most about 100 MB, of this machine's 8.0 GB");
  expect(text).toMatch(/Time: about \d/);
});

test("what may end the run early is said before the numbers, which are of all members", () => {
  const stopWhen = { metric: "accuracy", on: "outOfBag", patience: 1, minDelta: 0 } as const;
  const text = planLines({ ...plan, stopWhen }).join("\n");
  expect(text).toContain(
    "Early stop: the run ends when the vote out of bag has not improved for 1 member, which 2 members cannot show before",
  );
  const [kind] = plan.kinds;
  const many = planLines({ ...plan, stopWhen, kinds: [{ ...kind!, members: [0, 1, 2] }] }).join("\n");
  expect(many).toContain("has not improved for 1 member. What follows is of all members\nTraining:");
  expect(planLines(plan).join("\n")).not.toContain("Early stop");
});

test("members that follow one another are a range, however many there are", () => {
  const [kind] = plan.kinds;
  const of = (members: readonly number[]) =>
    planLines({ ...plan, kinds: [{ ...kind!, members }] }).find((line) => line.startsWith("Member"));
  expect(of([0, 1, 3, 5, 6, 7])).toMatch(/^Members 1, 2, 4, 6–8: nin/);
  expect(of(Array.from({ length: 1000 }, (_, member) => member))).toMatch(/^Members 1–1000: nin/);
});

test("layers of any size fit 80 columns", () => {
  const [kind] = plan.kinds;
  const large = {
    ...layer("features_stage4_block12_conv2", true),
    outputShape: [112, 112, 2048],
    parameters: 16_777_216,
    binaryParameters: 16_000_000,
  };
  const huge = { ...large, binaryMultiplyAdds: 98_765_432_100, realMultiplyAdds: 98_765_432_100, bytes: 678_910_111 };
  const summary = {
    ...kind!.summary,
    layers: [huge],
    parameters: 678_910_111,
    binaryParameters: 600_000_000,
    multiplyAdds: 4e11,
    bytes: 2e9,
  };
  const lines = planLines({ ...plan, kinds: [{ ...kind!, summary }] }, 80);
  for (const line of lines.filter((line) => line.startsWith("  "))) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(lines.join("\n")).toContain("features…k12_conv2");
});
