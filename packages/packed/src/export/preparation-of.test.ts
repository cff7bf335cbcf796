import { type Preprocessing, type PreprocessingOperation, UserError } from "@benn/core";
import { expect, test } from "vitest";
import { preparationOf } from "./preparation-of.ts";

const SHAPE = [4, 6, 3] as const;
const VALUES = 72;
const of = (preprocessing: Preprocessing, shape: readonly [number, number, number] = SHAPE, whitening = true) =>
  preparationOf({ preprocessing, shape }, { whitening });
const filled = (length: number, value: number): Float32Array => new Float32Array(length).fill(value);

const standardize = { operation: "standardize", mean: filled(3, 120), deviation: filled(3, 60) } as const;
const contrast = { operation: "contrastNormalize", scale: 55 } as const;
const unit = Float32Array.from({ length: VALUES ** 2 }, (_, i) => Number(i % (VALUES + 1) === 0));
const whiten = { operation: "whiten", mean: filled(VALUES, 1), matrix: unit } as const;
const crop = { operation: "centerCrop", size: [4, 6] } as const;
const shorter = { operation: "resizeShorterSide", side: 8 } as const;

test("every operation that a file knows stands in its header, its arrays as tensors", () => {
  const { header, tensors, warning } = of([shorter, crop, { operation: "reverseChannels" }, standardize]);
  expect(header).toEqual({ preprocessing: "standardize", resize: 8, channelOrder: "bgr" });
  expect([...tensors]).toEqual([
    ["mean", { dtype: "F32", shape: [3], data: standardize.mean }],
    ["deviation", { dtype: "F32", shape: [3], data: standardize.deviation }],
  ]);
  expect(warning).toBeUndefined();
  expect(of([{ operation: "resize", size: [8, 8] }, crop, standardize]).header).toEqual({
    preprocessing: "standardize",
    resize: 8,
    squash: true,
  });
  const image = of([{ ...standardize, mean: filled(VALUES, 7) }]);
  expect(image.tensors.get("mean")?.shape).toEqual([4, 6, 3]);
});

test("whitening keeps the rows of its matrix up to the diagonal, or is left out, and the model takes floats", () => {
  const { header, tensors } = of([contrast, whiten]);
  expect(header).toEqual({ preprocessing: "gcn-zca" });
  expect([...tensors.get("gcnScale")!.data]).toEqual([55]);
  expect(tensors.get("zcaMatrix")?.shape).toEqual([(VALUES * (VALUES + 1)) / 2]);
  expect([...tensors.get("zcaMatrix")!.data.subarray(0, 6)]).toEqual([1, 0, 1, 0, 0, 1]);
  expect(of([contrast, whiten], SHAPE, false)).toEqual({
    header: { preprocessing: "none" },
    tensors: new Map(),
    warning: "the model takes floats, not pictures: its images are whitened, and the whitening matrix was left out",
  });
});

test("without preprocessing a model takes floats, and without standardisation the floats are the bytes", () => {
  expect(of([]).header).toEqual({ preprocessing: "none" });
  expect(of([]).warning).toBe("the model takes floats, not pictures: its dataset names no preprocessing");
  const { header, tensors } = of([{ operation: "reverseChannels" }]);
  expect(header).toEqual({ preprocessing: "standardize", channelOrder: "bgr" });
  expect([...tensors.values()].map(({ data }) => [...data])).toEqual([
    [0, 0, 0],
    [1, 1, 1],
  ]);
});

test("a custom operation is what it lowers to, however often", () => {
  const custom = (name: string, lowered: readonly PreprocessingOperation[]) =>
    ({ operation: "custom", name, lower: () => lowered }) as const;
  expect(of([custom("outer", [shorter, custom("inner", [crop, standardize])])])).toEqual(of([shorter, crop, standardize]));
});

test.for<[string, Preprocessing, RegExp]>([
  ["a custom operation without lower", [crop, { operation: "custom", name: "blur" }], /operation "blur" has no lower method/],
  [
    "another order",
    [standardize, { operation: "reverseChannels" }],
    /operation "reverseChannels" stands where a packed model cannot do it: it does resize or resizeShorterSide, then centerCrop, then reverseChannels/,
  ],
  ["an operation twice", [standardize, standardize], /operation "standardize" stands where a packed model cannot do it/],
  ["standardised and whitened", [standardize, contrast, whiten], /operation "contrastNormalize" stands where/],
  ["whitened without contrast", [whiten], /operation "whiten" stands where/],
  ["contrast without whitening", [contrast], /operation "contrastNormalize" has no whiten behind it/],
  ["a crop of another size", [shorter, { operation: "centerCrop", size: [4, 4] }], /"centerCrop" gives 4×4, but the images are 4×6/],
  ["a crop alone", [crop, standardize], /"centerCrop" has no resize before it/],
  ["a resize without a crop", [shorter, standardize], /"resizeShorterSide" leaves more than the images' 4×6/],
  ["a resize to no square", [{ operation: "resize", size: [4, 6] }, standardize], /"resize" gives 4×6; a packed model resizes to squares/],
  ["a resize below the image", [{ operation: "resizeShorterSide", side: 5 }, crop], /gives a side of 5, which is no whole number from 6/],
  [
    "a mean of another length",
    [{ ...standardize, mean: filled(4, 0) }],
    /"standardize" has a mean of 4 values, not of 3 channels or 72 places/,
  ],
  [
    "a deviation of another length",
    [{ ...standardize, deviation: filled(4, 1) }],
    /"standardize" has a deviation that is not 3 values above 0/,
  ],
  ["a deviation below 0", [{ ...standardize, deviation: filled(3, 1).with(2, -1) }], /a deviation that is not 3 values above 0/],
  [
    "a resize above what a file holds",
    [{ ...shorter, side: 16_385 }, crop],
    /gives a side of 16385, which is no whole number from 6 to 16384/,
  ],
  ["a resize to half a pixel", [{ ...shorter, side: 8.5 }, crop], /gives a side of 8.5, which is no whole number from 6/],
  ["a resize to a larger square alone", [{ operation: "resize", size: [8, 8] }], /"resize" leaves more than the images' 4×6/],
  ["a crop of the other size", [shorter, { operation: "centerCrop", size: [6, 6] }], /"centerCrop" gives 6×6, but the images are 4×6/],
  ["a matrix of other images", [contrast, { ...whiten, matrix: filled(VALUES, 1) }], /a matrix that is not symmetric \[72, 72\]/],
  [
    "a matrix of larger images",
    [contrast, { ...whiten, matrix: Float32Array.of(...unit, 1) }],
    /a matrix that is not symmetric \[72, 72\]/,
  ],
  [
    "a matrix that is not symmetric at its end",
    [contrast, { ...whiten, matrix: unit.with(VALUES ** 2 - 2, 5) }],
    /a matrix that is not symmetric \[72, 72\]/,
  ],
  ["a deviation of 0", [{ ...standardize, deviation: filled(3, 0) }], /"standardize" has a deviation that is not 3 values above 0/],
  ["a whitening of other images", [contrast, { ...whiten, mean: filled(3, 0) }], /"whiten" has a mean of 3 values, and the images have 72/],
  [
    "a matrix that is not symmetric",
    [contrast, { ...whiten, matrix: unit.with(1, 5) }],
    /"whiten" has a matrix that is not symmetric \[72, 72\]/,
  ],
])("%s is refused", ([, preprocessing, message]) => {
  expect(() => of(preprocessing)).toThrow(message);
  expect(() => of(preprocessing)).toThrow(UserError);
});

test("a side is from the image's longer one to 16384; images that a resize alone makes need no crop", () => {
  for (const side of [6, 16_384]) expect(of([{ ...shorter, side }, crop, standardize]).header).toMatchObject({ resize: side });
  const square = [5, 5, 3] as const;
  expect(of([{ operation: "resize", size: [5, 5] }, standardize], square).header).toEqual({
    preprocessing: "standardize",
    resize: 5,
    squash: true,
  });
  // Scaling by the shorter side leaves the other side longer.
  expect(() => of([{ ...shorter, side: 5 }, standardize], square)).toThrow(/"resizeShorterSide" leaves more than the images' 5×5/);
});

test("of a symmetric matrix the rows up to the diagonal are kept, in their order", () => {
  const at = (i: number) => 10 * Math.max(Math.floor(i / 3), i % 3) + Math.min(Math.floor(i / 3), i % 3);
  const { tensors } = of(
    [contrast, { ...whiten, mean: filled(3, 4), matrix: Float32Array.from({ length: 9 }, (_, i) => at(i)) }],
    [1, 1, 3],
  );
  expect([...tensors.get("zcaMatrix")!.data]).toEqual([0, 10, 11, 20, 21, 22]);
  expect(tensors.get("zcaMean")).toEqual({ dtype: "F32", shape: [3], data: filled(3, 4) });
});

test("channels that are not three cannot be reversed", () => {
  expect(() => of([{ operation: "reverseChannels" }], [4, 6, 1])).toThrow(/"reverseChannels" is for three channels, and the images have 1/);
});
