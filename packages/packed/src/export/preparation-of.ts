import { type LoadedDataset, type PreprocessingOperation, UserError } from "@benn/core";
import { lowerPreprocessing, type SafetensorsEntry } from "@benn/core/internals";
import type { ModelHeader } from "../graph.ts";

type PreparationHeader = Pick<ModelHeader, "preprocessing" | "resize" | "squash" | "channelOrder">;
type Shape = LoadedDataset["shape"];

export interface ExportedPreparation {
  readonly header: PreparationHeader;
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  /** Why the model accepts only floats, if so. */
  readonly warning?: string;
}

/** The operations that a .benn file can apply to a picture, in this order, each at most once. */
const ORDER = ["resize or resizeShorterSide", "centerCrop", "reverseChannels", "standardize, or contrastNormalize and whiten"] as const;

/**
 * A dataset's preprocessing as a packed model performs it.
 * @throws UserError for an operation, or an order of operations, that the file cannot represent
 */
export function preparationOf(
  { preprocessing, shape }: Pick<LoadedDataset, "preprocessing" | "shape">,
  { whitening }: { readonly whitening: boolean },
): ExportedPreparation {
  const operations = lowerPreprocessing(preprocessing);
  if (operations.length === 0) return floatsOnly("its dataset names no preprocessing");
  const custom = operations.find((operation) => operation.operation === "custom");
  if (custom) {
    throw new UserError(
      `export: the preprocessing operation "${custom.name}" has no lower method, so a packed model cannot do it. ` +
        "Give it one, or let the dataset list no preprocessing, and the model takes floats: docs/packed.md.",
    );
  }
  let at = 0;
  const take = <K extends PreprocessingOperation["operation"]>(...kinds: readonly K[]) => {
    const next = operations[at];
    if (!next || !(kinds as readonly string[]).includes(next.operation)) return undefined;
    at++;
    return next as Extract<PreprocessingOperation, { readonly operation: K }>;
  };
  const picture = pictureOf({ resize: take("resize", "resizeShorterSide"), crop: take("centerCrop") }, shape);
  const isReversed = take("reverseChannels") !== undefined;
  if (isReversed && shape[2] !== 3)
    return refuse("reverseChannels", `is for three channels, and the images have ${shape[2]}. Leave it out.`);
  const standardize = take("standardize");
  const contrast = standardize ? undefined : take("contrastNormalize");
  const whiten = contrast && take("whiten");
  const next = operations[at];
  if (next) {
    return refuse(
      next.operation,
      `stands where a packed model cannot do it: it does ${ORDER.join(", then ")}. Reorder them, or let the dataset list none, and the model takes floats.`,
    );
  }
  if (contrast && !whiten)
    return refuse("contrastNormalize", "has no whiten behind it. Whiten, or let the dataset list none, and the model takes floats.");
  const header = { ...picture, ...(isReversed ? { channelOrder: "bgr" as const } : {}) };
  if (contrast && whiten) {
    if (!whitening) return floatsOnly("its images are whitened, and the whitening matrix was left out");
    return { header: { preprocessing: "gcn-zca", ...header }, tensors: whiteningTensors(contrast, whiten, shape) };
  }
  return { header: { preprocessing: "standardize", ...header }, tensors: standardizeTensors(standardize, shape) };
}

function refuse(operation: PreprocessingOperation["operation"], what: string): never {
  throw new UserError(`export: the preprocessing operation "${operation}" ${what}`);
}

function floatsOnly(reason: string): ExportedPreparation {
  return { header: { preprocessing: "none" }, tensors: new Map(), warning: `the model takes floats, not pictures: ${reason}` };
}

const floats = (data: Float32Array, ...shape: number[]): SafetensorsEntry => ({
  dtype: "F32",
  shape: shape.length ? shape : [data.length],
  data,
});

type Of<K extends PreprocessingOperation["operation"]> = Extract<PreprocessingOperation, { readonly operation: K }>;

/** How a picture of any size becomes [height, width]. */
function pictureOf(
  { resize, crop }: { readonly resize: Of<"resize" | "resizeShorterSide"> | undefined; readonly crop: Of<"centerCrop"> | undefined },
  [height, width]: Shape,
): Pick<ModelHeader, "resize" | "squash"> {
  const isImage = (size: readonly [number, number]): boolean => size[0] === height && size[1] === width;
  if (crop && !isImage(crop.size))
    return refuse("centerCrop", `gives ${crop.size.join("×")}, but the images are ${height}×${width}. Let it cut those.`);
  if (!resize) return crop ? refuse("centerCrop", "has no resize before it. Put resize or resizeShorterSide there.") : {};
  const [side, other] = resize.operation === "resize" ? resize.size : [resize.side, resize.side];
  if (side !== other) return refuse("resize", `gives ${side}×${other}; a packed model resizes to squares. Resize to a square and cut it.`);
  if (!(Number.isInteger(side) && side >= Math.max(height, width) && side <= 16_384))
    return refuse(
      resize.operation,
      `gives a side of ${side}, which is no whole number from ${Math.max(height, width)} to 16384. Change it.`,
    );
  if (!crop && !(resize.operation === "resize" && isImage(resize.size)))
    return refuse(resize.operation, `leaves more than the images' ${height}×${width}. Put a centerCrop behind it.`);
  return { resize: side, ...(resize.operation === "resize" ? { squash: true as const } : {}) };
}

/** Without the operation, the floats are the bytes. */
function standardizeTensors(operation: Of<"standardize"> | undefined, [height, width, channels]: Shape): Map<string, SafetensorsEntry> {
  const { mean, deviation } = operation ?? { mean: new Float32Array(channels), deviation: new Float32Array(channels).fill(1) };
  const values = height * width * channels;
  if (mean.length !== channels && mean.length !== values)
    return refuse(
      "standardize",
      `has a mean of ${mean.length} values, not of ${channels} channels or ${values} places. Give one of the two.`,
    );
  if (deviation.length !== channels || !deviation.every((value) => value > 0))
    return refuse("standardize", `has a deviation that is not ${channels} values above 0. Give one a channel.`);
  return new Map([
    ["mean", mean.length === channels ? floats(mean) : floats(mean, height, width, channels)],
    ["deviation", floats(deviation)],
  ]);
}

function whiteningTensors(
  { scale }: Of<"contrastNormalize">,
  { mean, matrix }: Of<"whiten">,
  [height, width, channels]: Shape,
): Map<string, SafetensorsEntry> {
  const values = height * width * channels;
  if (mean.length !== values)
    return refuse("whiten", `has a mean of ${mean.length} values, and the images have ${values}. Fit it to them.`);
  const triangle = lowerTriangle(matrix, values);
  if (!triangle) return refuse("whiten", `has a matrix that is not symmetric [${values}, ${values}]. Fit it as ZCA does.`);
  return new Map([
    ["gcnScale", floats(Float32Array.of(scale))],
    ["zcaMean", floats(mean)],
    ["zcaMatrix", floats(triangle)],
  ]);
}

/** The lower triangle of a symmetric matrix, row by row; undefined if it is not symmetric. */
function lowerTriangle(matrix: Float32Array, size: number): Float32Array | undefined {
  if (matrix.length !== size * size) return undefined;
  const triangle = new Float32Array((size * (size + 1)) / 2);
  let at = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const value = matrix[row * size + column] as number;
      if (value !== matrix[column * size + row]) return undefined;
      triangle[at++] = value;
    }
  }
  return triangle;
}
