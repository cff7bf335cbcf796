// The networks for ImageNet at their smallest, on the smallest images that they accept.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { exportRun } from "./export-run.ts";

const out = mkdtempSync(join(tmpdir(), "benn-imagenet-nets-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

test("AlexNet, whose zeros before the first convolution become its padding, and ResNet-34 give every picture the training graph's logits", async () => {
  const nets = [
    { name: "alexnet", width: 1 / 32 },
    { name: "resnet18", depth: 34, width: 1 / 16, stem: "imagenet" },
  ];
  const members = nets.map((architecture) => ({ count: 1, architecture }));
  const folder = await trainNets(out, { members, dataset: { name: "pictures", height: 63, width: 71 } });
  const { warnings, verification } = await exportRun(folder, { container, verify: true });
  expect(warnings).toEqual([]);
  expect(verification).toEqual({
    images: 40,
    pictures: true,
    members: nets.map(() => ({ otherClass: 0, otherLogits: 0, largestDifference: 0 })),
    votes: { hard: 0, soft: 0, softmax: 0 },
  });
});
