import { UserError, z } from "@benn/core";
import type { Augmentation } from "./make-split.ts";

/** The option `flip`. */
export const flipOption = (preset: boolean) =>
  z
    .union([z.boolean(), z.literal("alternating")], { error: 'must be true, false or "alternating"' })
    .default(preset)
    .describe("augment: mirror left to right, at random; alternating: in every other epoch, from the first or the second on by chance");

/** The option `cutout`. @param most maximum side of the square in pixels */
export const cutoutOption = (most: number = Number.MAX_SAFE_INTEGER) =>
  z
    .int()
    .min(1)
    .max(most)
    .optional()
    .describe("augment: set a square of this side to zero, the mean colour, its centre anywhere in the image; none if absent");

/**
 * Options of a dataset in memory that mirrors, shifts and cuts out its images as they are read.
 * @param side the images' shorter side, unless it is an option itself
 */
export const augmentOptions = ({ flip, side }: { readonly flip: boolean; readonly side?: number }) => ({
  flip: flipOption(flip),
  crop: z
    .int()
    .min(0)
    .max(side === undefined ? Number.MAX_SAFE_INTEGER : side - 1)
    .default(0)
    .describe("augment: shift at random by up to this many pixels each way, like padding and cropping"),
  padding: z
    .enum(["zeros", "reflect"])
    .optional()
    .describe("augment: what crop pads with: zeros, or the image reflected at its border; zeros if absent"),
  cutout: cutoutOption(side === undefined ? undefined : 2 * side),
});

/** The options `trainRows` and `testRows`. @param least minimum of each */
export const rowOptions = (least: number, { train, test }: { readonly train: string; readonly test: string }) => {
  const rows = (of: string) =>
    z.int().min(least).optional().describe(`use only this many ${of}, of each class alike, the same for every seed`);
  return { trainRows: rows(train), testRows: rows(test) };
};

/**
 * The augmentation that the options request.
 * @throws UserError for options that exclude one another, or a shift larger than the image
 */
export function augmentationOf(
  dataset: string,
  { flip, crop, padding, cutout = 0 }: z.output<z.ZodObject<ReturnType<typeof augmentOptions>>>,
  side: number,
): Augmentation {
  if (padding !== undefined && crop === 0)
    throw new UserError(`${dataset}: padding is "${padding}", but crop is 0, so nothing is padded. Set crop, or leave padding out.`);
  if (crop >= side) throw new UserError(`${dataset}: crop is ${crop}, but images are ${side} pixels wide. Set at most ${side - 1}.`);
  return { flip, crop, padding: padding ?? "zeros", cutout };
}
