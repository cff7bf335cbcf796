// Schemes that add members up: the next member's loss and the scheme get the sum of those before it.
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Config } from "../config.ts";
import { type EnsembleSum, SCHEMES } from "../ensemble-scheme.ts";
import { LOSSES } from "../loss.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { folderBytes } from "./folder-bytes.ts";
import { readMember } from "./read-member.ts";
import { runToy, toyConfig } from "./run-toy.ts";

beforeAll(() => tf.setBackend("cpu"));

const CLASSES = 3;
const config = { ...toyConfig, members: 3, mode: "independent", scheme: "terms", loss: "rest", pretrainEpochs: 0 } satisfies Config;

function containerOf() {
  const container = toyContainer();
  const judged: EnsembleSum[] = [];
  /** Of each batch: Σ alpha, and the mean of the logits. */
  const seen: { readonly weight: number; readonly logits: readonly number[] }[] = [];
  container.resolve(SCHEMES).add("terms", {
    description: "",
    create: () => ({
      additive: true,
      draw: ({ samples }) => ({ kind: "rows", rows: Int32Array.from({ length: samples }, (_, row) => row) }),
      next({ member, sampleWeights, ensemble }) {
        judged.push({ logits: ensemble!.logits.slice(), weight: ensemble!.weight });
        return { kind: "accept", alpha: 1 / (1 + member), sampleWeights };
      },
    }),
  });
  container.resolve(LOSSES).add("rest", {
    description: "",
    create: () => ({
      additive: true,
      rows({ logits, labels, ensemble }) {
        const { logits: sum, weight } = ensemble!;
        seen.push({ weight, logits: Array.from(sum.dataSync()) });
        const left = tf.sub(tf.oneHot(labels, CLASSES), tf.softmax(sum));
        return tf.sum<tf.Tensor1D>(tf.square(tf.sub(logits, left)), 1);
      },
    }),
  });
  return { container, judged, seen };
}

test("each member gets the sum of the stored logits of those before it, by their vote weights; a killed run resumes to the same bytes", async () => {
  const { container, judged, seen } = containerOf();
  const { folder } = await runToy(config, { container });
  judged.shift(); // the example that plugins compute before the run
  const logits = await Promise.all([0, 1, 2].map(async (member) => (await readMember(folder, member)).logits.train));
  const sum = new Float32Array(logits[0]!.length);
  const weights = [0, 1, 1.5];
  for (const [member, own] of logits.entries()) {
    expect(judged[member]).toEqual({ logits: sum, weight: weights[member] });
    for (let i = 0; i < sum.length; i++) sum[i]! += (1 / (1 + member)) * own[i]!;
  }
  const ofRun = seen.filter(({ logits: own }) => own.length > 12 * CLASSES); // without the example before the run
  expect([...new Set(ofRun.map(({ weight }) => weight))]).toEqual(weights);
  // Rows of a batch are among those of the sum: the third member's first value belongs to some sample.
  const last = ofRun.at(-1)!;
  const before = judged[2]!.logits;
  for (let row = 0; row < last.logits.length; row += CLASSES) {
    const own = last.logits.slice(row, row + CLASSES);
    expect(before.some((value, i) => i % CLASSES === 0 && own.every((x, k) => x === before[i + k]) && value === own[0])).toBe(true);
  }

  const cut = await runToy(config, { container: containerOf().container }, (event) => event.type === "epoch" && event.member === 2);
  const again = containerOf();
  await runToy(undefined, { container: again.container, resume: cut.folder });
  expect(again.judged.at(-1)).toEqual(judged.at(-1));
  const [whole, resumed] = await Promise.all([folderBytes(folder), folderBytes(cut.folder)]);
  expect(resumed["members/002/weights.bin"]).toBe(whole["members/002/weights.bin"]);
  expect(resumed["events.jsonl"]?.length).toBe(whole["events.jsonl"]?.length);
});

test("a loss that needs the sum is refused with a scheme that keeps none", async () => {
  const { container } = containerOf();
  await expect(runToy({ ...config, scheme: "bag" }, { container })).rejects.toThrow(
    "loss rest: needs the sum of the members so far, which scheme=bag does not keep. Set a scheme that adds members up, for example scheme=gradient-boost.",
  );
});
