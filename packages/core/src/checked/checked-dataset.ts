import type { Dataset, LoadedDataset, Split, SplitName } from "../dataset.ts";
import { MOVE_NUMBERS } from "../moves.ts";
import { allFinite } from "./all-finite.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { withChecks } from "./with-checks.ts";

const SPLITS: readonly SplitName[] = ["train", "validation", "test"];

/** Checks the loaded dataset, and every batch of images that it returns. */
export function checkedDataset(dataset: Dataset, who: string): Dataset {
  requireMethods(who, dataset, { required: ["load"], optional: ["locate"] });
  return withChecks(dataset, {
    async load(options) {
      const data: unknown = await dataset.load(options);
      checkData(who, data);
      const { train, validation, test } = data;
      const checked = (name: SplitName, split: Split): Split => checkedSplit(`${who}: its ${name} split`, split, data.shape);
      return withChecks(data, {
        train: checked("train", train),
        ...(validation && { validation: checked("validation", validation) }),
        test: checked("test", test),
      });
    },
  });
}

function checkData(who: string, data: unknown): asserts data is LoadedDataset {
  const fail = (what: string): never => {
    throw new ContractError(`${who}: ${what}`);
  };
  if (typeof data !== "object" || data === null)
    return fail(`load returned ${describeValue(data)}. It must return { shape, labels, train, test, provenance, preprocessing }.`);
  const { shape, labels, provenance, preprocessing } = data as Readonly<Record<string, unknown>>;
  if (!Array.isArray(shape) || shape.length !== 3 || !shape.every((size) => Number.isSafeInteger(size) && size > 0))
    return fail(`its shape is ${JSON.stringify(shape) ?? "missing"}. It must be [height, width, channels] of one image.`);
  if (!Array.isArray(labels) || labels.length < 2 || !labels.every((label) => typeof label === "string"))
    return fail(`its labels are ${describeValue(labels)}. They must be the names of at least two classes.`);
  for (const [key, value] of Object.entries({ provenance, preprocessing }))
    if (typeof value !== "object" || value === null) return fail(`its ${key} is ${describeValue(value)}. It must be an object, or a list.`);
  const all = data as Readonly<Record<SplitName, unknown>>;
  for (const name of SPLITS)
    if (name !== "validation" || all[name] !== undefined) checkSplit(`${who}: its ${name} split`, all[name], labels.length);
}

function checkSplit(whose: string, split: unknown, classes: number): void {
  requireMethods(whose, split, { required: ["images"], optional: ["moves", "prefetch"] });
  const { labels } = split as Partial<Split>;
  if (!(labels instanceof Int32Array))
    throw new ContractError(`${whose} has ${describeValue(labels)} as labels. It must be an Int32Array of a class for each row.`);
  if (labels.length === 0) throw new ContractError(`${whose} has no rows. Give it some, or leave it out.`);
  const row = labels.findIndex((label) => label < 0 || label >= classes);
  if (row >= 0)
    throw new ContractError(
      `${whose} has label ${labels[row]} at row ${row}, but there are ${classes} classes. Labels are 0 to ${classes - 1}.`,
    );
}

function checkedSplit(whose: string, split: Split, shape: LoadedDataset["shape"]): Split {
  const size = shape[0] * shape[1] * shape[2];
  const check = (images: unknown, rows: Int32Array): Float32Array => {
    const expected = `${rows.length} images of ${shape.join(" × ")}`;
    if (!(images instanceof Float32Array) || images.length !== rows.length * size)
      throw new ContractError(
        `${whose} returned ${describeValue(images)} for ${expected}. It must be a Float32Array of ${rows.length * size}.`,
      );
    if (allFinite(images)) return images;
    const at = images.findIndex((value) => !Number.isFinite(value));
    throw new ContractError(
      `${whose} returned an image with the value ${images[at]}, for row ${rows[Math.floor(at / size)]}. ` +
        "All values must be finite: fix that image, or what prepares it.",
    );
  };
  return withChecks(split, {
    images(rows, augment) {
      const images = split.images(rows, augment);
      return images instanceof Promise ? images.then((values) => check(values, rows)) : check(images, rows);
    },
    ...(split.moves && {
      moves(rows, augment) {
        const moves: unknown = split.moves?.(rows, augment);
        const { values, padding } = (moves ?? {}) as Readonly<Record<string, unknown>>;
        const length = MOVE_NUMBERS * rows.length;
        if (!(values instanceof Int32Array) || values.length !== length)
          throw new ContractError(
            `${whose} returned ${describeValue(values)} as values of the moves of ${rows.length} rows. It must be an Int32Array of ${length}.`,
          );
        if (padding !== "zeros" && padding !== "reflect")
          throw new ContractError(`${whose} returned ${describeValue(padding)} as padding of moves. It must be "zeros" or "reflect".`);
        return { values, padding };
      },
    }),
  });
}
