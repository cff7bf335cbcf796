// The out-of-bag score of data whose logits are too many to keep. The limit is lowered, since computing 50 million logits takes a minute.
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test, vi } from "vitest";
import type { Config } from "../config.ts";
import { DATASETS } from "../dataset.ts";
import type { RunEvent } from "../events.ts";
import { createRandom } from "../random.ts";
import { resample } from "../resample.ts";
import { winners } from "../staged-vote.ts";
import { outOfBagRows } from "../train/out-of-bag-rows.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { readMember } from "./read-member.ts";
import { runToy, toyConfig } from "./run-toy.ts";

const ROWS = 900;
const KEPT = 300;
vi.mock("../train/out-of-bag-rows.ts", async (load) => {
  const real = await load<{ outOfBagRows: typeof outOfBagRows }>();
  return {
    ...real,
    outOfBagRows: (seed: number, samples: number, classes: number) => real.outOfBagRows(seed, samples, classes, KEPT * classes),
  };
});

beforeAll(() => tf.setBackend("cpu"));

const outOfBag = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "staged" ? [event.metrics["accuracy"]?.outOfBag] : []));

test("it is that of a sample of the rows, also of a run that was cut and resumed", async () => {
  const container = toyContainer();
  const config = {
    ...toyConfig,
    dataset: { name: "blobs", rows: ROWS },
    mode: "independent",
    learningRate: 0.002,
    seed: 3,
  } satisfies Config;
  const { events, folder } = await runToy(config, { container });
  const logits = await Promise.all([0, 1].map(async (member) => (await readMember(folder, member)).logits.train));
  const classes = logits[0]!.length / ROWS;
  const { labels } = (
    await container
      .resolve(DATASETS)
      .create(config.dataset)
      .load({ validation: 0, random: createRandom(0) })
  ).train;
  const drawn = [0, 1].map((member) => new Set(resample(new Float64Array(ROWS).fill(1 / ROWS), ROWS, createRandom(3, "draw", member))));
  const rows = outOfBagRows(3, ROWS, classes);
  expect(rows).toHaveLength(KEPT);
  const shareOf = (members: readonly number[]): number => {
    const right = [...rows].flatMap((row) => {
      const own = members.filter((member) => !drawn[member]!.has(row));
      const sums = Float64Array.from({ length: classes }, (_, k) =>
        own.reduce((sum, member) => sum + logits[member]![classes * row + k]!, 0),
      );
      return own.length === 0 ? [] : [winners(sums, classes)[0] === labels[row] ? 1 : 0];
    });
    return right.reduce((sum: number, one) => sum + one, 0) / right.length;
  };
  expect(outOfBag(events)).toEqual([expect.closeTo(shareOf([0]), 12), expect.closeTo(shareOf([0, 1]), 12)]);
  const cut = events.findIndex(({ type }) => type === "staged") + 3;
  const broken = await runToy(config, { container }, cut);
  expect(outOfBag((await runToy(undefined, { container, resume: broken.folder })).events)).toEqual(outOfBag(events).slice(1));
});
