// The binarizers and networks of the literature, trained a little on real images: exports are exact, and whatever is not exact is refused.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARCHITECTURES, BACKENDS, BINARIZERS, UserError, VOTERS } from "@benn/core";
import { load } from "../load.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { checkExportable } from "./check-exportable.ts";
import { exportRun } from "./export-run.ts";

const out = mkdtempSync(join(tmpdir(), "benn-literature-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));
beforeAll(() => container.resolve(BACKENDS).create("wasm").activate());

const members = [
  ...["approx-sign", "ede", "rsign", "recu"].map((binarizer) => ({ count: 1, binarizer, architecture: { name: "nin", width: 0.1 } })),
  { count: 1, binarizer: "recu", architecture: { name: "resnet20", width: 0.125, activation: "rprelu" } },
  { count: 1, binarizer: "deterministic", architecture: { name: "birealnet18", width: 0.125 } },
  { count: 1, binarizer: "rsign", architecture: { name: "birealnet18", width: 0.125, activation: "rprelu" } },
  { count: 1, binarizer: "deterministic", architecture: { name: "vgg-small", width: 0.125 } },
  { count: 1, binarizer: "ede", architecture: { name: "vgg-small", width: 0.125 } },
];

test(
  "each gives every test image the training graph's logits, bit for bit, with trained shifts in its thresholds",
  { timeout: 600_000 },
  async () => {
    const folder = await trainNets(out, { members, dataset: { trainRows: 100, testRows: 100 } });
    const { bytes, warnings, verification } = await exportRun(folder, { container, verify: true });
    expect(warnings).toEqual([]);
    expect(verification).toEqual({
      images: 100,
      pictures: true,
      members: members.map(() => ({ otherClass: 0, otherLogits: 0, largestDifference: 0 })),
      votes: { hard: 0, soft: 0, softmax: 0 },
    });
    const { members: packed } = await load(bytes);
    expect(packed).toHaveLength(members.length);
  },
);

test.for([
  { name: "alexnet", width: 1 / 32 },
  { name: "resnet18", width: 1 / 16, stem: "imagenet" },
  { name: "birealnet18", width: 1 / 16, stem: "imagenet" },
])("so does $name for large images, with trained shifts", async (architecture) => {
  const folder = await trainNets(out, {
    members: [{ count: 1, binarizer: "rsign", architecture }],
    dataset: { name: "pictures", height: 64, width: 96 },
  });
  const { warnings, verification } = await exportRun(folder, { container, verify: true });
  expect(warnings).toEqual([]);
  expect(verification?.members).toEqual([{ otherClass: 0, otherLogits: 0, largestDifference: 0 }]);
});

const REFUSAL = "takes activations of 2 bits, for which packed models have no operation. Use a binarizer with activations of 1 bit or 32.";

test("adabin, whose values are no signs, is refused before training and by the export, layer by layer", async () => {
  const architecture = { name: "vgg-small", width: 1 / 32 };
  const model = container
    .resolve(ARCHITECTURES)
    .create(architecture)
    .build({ inputShape: [32, 32, 3], classes: 10, binarizer: container.resolve(BINARIZERS).create("adabin"), seed: 1 });
  const data = { preprocessing: [], shape: [32, 32, 3] } as const;
  const voter = { name: "soft", voter: container.resolve(VOTERS).create("soft") };
  const sentence = [2, 3, 4, 5, 6].map((i) => `export: layer conv${i} ${REFUSAL}`).join(" ");
  expect(await checkExportable({ model, data, voter })).toEqual([sentence]);
  model.dispose();
  const folder = await trainNets(out, { members: [{ count: 1, binarizer: "adabin", architecture }], exportable: false });
  await expect(exportRun(folder, { container })).rejects.toThrow(new UserError(sentence));
});
