import { expect, test } from "vitest";
import { createAugment } from "../augment.ts";
import type { Dataset, Split } from "../dataset.ts";
import type { Moves } from "../moves.ts";
import { createRandom } from "../random.ts";
import { checkedDataset } from "./checked-dataset.ts";

/** A dataset of two rows of 1 × 1 × 1 with the given moves. */
const moving = (moves: unknown): Dataset => {
  const split: Split = {
    labels: Int32Array.of(0, 1),
    images: (rows) => new Float32Array(rows.length),
    moves: () => moves as Moves,
  };
  return { load: async () => ({ shape: [1, 1, 1], labels: ["a", "b"], train: split, test: split, provenance: {}, preprocessing: [] }) };
};

const movesOf = async (moves: unknown): Promise<Moves | undefined> => {
  const { train } = await checkedDataset(moving(moves), "dataset mine").load({ validation: 0, random: createRandom(0, "validation") });
  return train.moves?.(Int32Array.of(1, 0), createAugment(0, 0, 0, 0));
};

test("moves are seven numbers an image and a padding, or a sentence", async () => {
  const good = { values: new Int32Array(14), padding: "reflect" };
  expect(await movesOf(good)).toEqual(good);
  for (const moves of [undefined, new Int32Array(14), { ...good, values: new Int32Array(6) }, { ...good, values: new Float32Array(14) }])
    await expect(movesOf(moves)).rejects.toThrow(
      /^dataset mine: its train split returned .* as values of the moves of 2 rows\. It must be an Int32Array of 14\.$/,
    );
  await expect(movesOf({ ...good, padding: "edge" })).rejects.toThrow(
    'dataset mine: its train split returned "edge" as padding of moves. It must be "zeros" or "reflect".',
  );
});
