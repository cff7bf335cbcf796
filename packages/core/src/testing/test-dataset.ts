import { createHash } from "node:crypto";
import { describe, expect, onTestFinished, test } from "./exam-host.ts";
import { type Augment, createAugment } from "../augment.ts";
import type { Dataset, LoadedDataset, Split } from "../dataset.ts";
import { moveImages } from "../moves.ts";
import { lowerPreprocessing } from "../preprocessing.ts";
import { createRandom } from "../random.ts";

/**
 * Conformance tests for every dataset: `testDataset("digits", () => digits({ data: folder }))`. The dataset is loaded several times and
 * read completely, so use few rows (at least four of each class).
 * @param create creates the dataset as its definition does; may be called often
 */
export function testDataset(name: string, create: () => Dataset): void {
  const load = async (validation: number, seed = 1): Promise<LoadedDataset> => {
    const data = await create().load({ validation, random: createRandom(seed, "validation") });
    onTestFinished(() => data.dispose?.());
    return data;
  };

  describe(`the dataset ${name}`, () => {
    test("names its classes and gives images of its shape with labels in range", async () => {
      const data = await load(0.25);
      expect(data.shape).toHaveLength(3);
      for (const size of data.shape) expect(size).toSatisfy((n: number) => Number.isInteger(n) && n > 0);
      expect(new Set(data.labels).size).toBe(data.labels.length);
      expect(data.labels.length).toBeGreaterThan(1);
      for (const split of splitsOf(data)) {
        expect(split.labels).toBeInstanceOf(Int32Array);
        expect(split.labels.length).toBeGreaterThan(0);
        expect(split.labels.every((label) => label >= 0 && label < data.labels.length)).toBe(true);
        const last = split.labels.length - 1;
        const images = await split.images(Int32Array.of(0, last));
        expect(images).toBeInstanceOf(Float32Array);
        expect(images).toHaveLength(2 * sizeOf(data));
        expect(images.every(Number.isFinite)).toBe(true);
      }
    });

    test("gives the rows asked for in their order, as often as asked, the same each time", async () => {
      const data = await load(0);
      const size = sizeOf(data);
      for (const split of splitsOf(data)) {
        const last = split.labels.length - 1;
        const images = await split.images(Int32Array.of(last, 0, last));
        expect(images.slice(0, size)).toEqual(await split.images(Int32Array.of(last)));
        expect(images.slice(size, 2 * size)).toEqual(await split.images(Int32Array.of(0)));
        expect(images.slice(2 * size)).toEqual(images.slice(0, size));
        expect(await split.images(new Int32Array())).toHaveLength(0);
      }
    });

    test("augments by what it is given alone, and tells how it moves images if it does no more", async () => {
      const data = await load(0);
      const rows = Int32Array.of(0, 1, 2, 1);
      const plain = await data.train.images(rows);
      for (const epoch of [1, 0]) {
        const augment = (): Augment => createAugment(4, 0, epoch, 3);
        const augmented = await data.train.images(rows, augment());
        expect(augmented).toHaveLength(plain.length);
        expect(augmented.every(Number.isFinite)).toBe(true);
        expect(await data.train.images(rows, augment())).toEqual(augmented);
        const moves = data.train.moves?.(rows, augment());
        if (moves) expect(moveImages(plain, data.shape, moves), "the images moved as the split says").toEqual(augmented);
      }
      expect(await data.train.images(rows), "augmenting changed the images themselves").toEqual(plain);
    });

    test("holds out the share asked for, of each class alike, and no row twice", async () => {
      const share = 0.25;
      const [whole, divided] = [await load(0), await load(share)];
      expect(whole.validation?.labels.length ?? 0, "validation 0 holds nothing out").toBe(0);
      const { validation } = divided;
      if (!validation) throw new Error(`validation ${share} held nothing out`);
      for (const label of divided.labels.keys()) {
        const count = (split: Split) => split.labels.filter((own) => own === label).length;
        expect(count(divided.train) + count(validation), `rows of class ${label}`).toBe(count(whole.train));
        expect(Math.abs(count(validation) - share * count(whole.train)), `held-out rows of class ${label}`).toBeLessThanOrEqual(1);
      }
      // Preprocessing differs between the two, because it is fitted on other rows; which images are equal does not.
      const together = new Set([...(await digests(divided.train)), ...(await digests(validation))]);
      expect(together.size, "distinct images in train and validation together").toBe(new Set(await digests(whole.train)).size);
    });

    test("holds out the same rows for the same seed and others for another", async () => {
      const heldOut = async (seed: number) => {
        const { validation } = await load(0.25, seed);
        return validation ? digests(validation) : [];
      };
      const first = await heldOut(1);
      expect(await heldOut(1)).toEqual(first);
      expect(await heldOut(2)).not.toEqual(first);
    });

    test("gives its provenance in plain JSON", async () => {
      const data = await load(0);
      expect(JSON.parse(JSON.stringify(data.provenance))).toEqual(data.provenance);
    });

    test("lists its preprocessing as operations with finite constants that fit its images", async () => {
      const data = await load(0);
      const [, , channels] = data.shape;
      const values = sizeOf(data);
      const expectConstants = (constants: Float32Array, what: string, ...lengths: readonly number[]): void => {
        expect(constants, what).toBeInstanceOf(Float32Array);
        expect(lengths, `length of ${what}`).toContain(constants.length);
        expect(constants.every(Number.isFinite), `${what} is finite`).toBe(true);
      };
      for (const operation of lowerPreprocessing(data.preprocessing)) {
        if (operation.operation === "standardize") {
          expectConstants(operation.mean, "the mean of standardize", channels, values);
          expectConstants(operation.deviation, "the deviation of standardize", channels);
          expect(
            operation.deviation.every((deviation) => deviation > 0),
            "deviations are above 0",
          ).toBe(true);
        } else if (operation.operation === "whiten") {
          expectConstants(operation.mean, "the mean of whiten", values);
          expectConstants(operation.matrix, "the matrix of whiten", values ** 2);
        } else if (operation.operation === "contrastNormalize") {
          expect(operation.scale, "the scale of contrastNormalize").toSatisfy((scale: number) => Number.isFinite(scale) && scale > 0);
        }
      }
    });
  });
}

const splitsOf = (data: LoadedDataset): Split[] => [data.train, data.test, ...(data.validation ? [data.validation] : [])];

const sizeOf = ({ shape }: LoadedDataset): number => shape[0] * shape[1] * shape[2];

/** A digest of each image, in the order of the rows. */
async function digests(split: Split): Promise<string[]> {
  const found: string[] = [];
  for (let row = 0; row < split.labels.length; row++) {
    const image = await split.images(Int32Array.of(row));
    found.push(
      createHash("sha1")
        .update(new Uint8Array(image.buffer, image.byteOffset, image.byteLength))
        .digest("base64"),
    );
  }
  return found;
}
