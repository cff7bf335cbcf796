import type { LoadedDataset, SafetensorsEntry } from "@benn/core";
import type { ModelHeader } from "../graph.ts";

type PreparationHeader = Pick<ModelHeader, "preprocessing" | "resize" | "squash" | "channelOrder">;

export interface ExportedPreparation {
  readonly header: PreparationHeader;
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  /** Why the model takes floats only, if it does. */
  readonly warning?: string;
}

/** What the dataset does to its images, if a packed model can do it too. */
export function preparationOf(
  { preprocessing, shape }: Pick<LoadedDataset, "preprocessing" | "shape">,
  { whitening }: { readonly whitening: boolean },
): ExportedPreparation {
  const [height, width, channels] = shape;
  const values = height * width * channels;
  const floatsOnly = (reason: string): ExportedPreparation => ({
    header: { preprocessing: "none" },
    tensors: new Map(),
    warning: `the model takes floats, not pictures: ${reason}`,
  });
  const { mean, deviation, resize, squash, channelOrder, gcnScale, zcaMean, zcaMatrix, ...others } = preprocessing;
  const isReversed = channelOrder?.join() === "2,1,0";
  const isOdd =
    Object.keys(others).length > 0 ||
    (channelOrder !== undefined && !isReversed && channelOrder.join() !== "0,1,2") ||
    [resize, squash].some((one) => one !== undefined && one.length !== 1);
  const unknown = "its dataset prepares images in a way that a packed model does not know";
  if (isOdd) return floatsOnly(unknown);
  const picture = {
    ...(resize?.[0] === undefined ? {} : { resize: resize[0] }),
    ...(squash?.[0] ? { squash: true as const } : {}),
    ...(isReversed ? { channelOrder: "bgr" as const } : {}),
  };
  const floats = (data: Float32Array, ...own: number[]): SafetensorsEntry => ({
    dtype: "F32",
    shape: own.length ? own : [data.length],
    data,
  });

  if (gcnScale && zcaMean && zcaMatrix && !mean && !deviation) {
    if (gcnScale.length !== 1 || zcaMean.length !== values) return floatsOnly(unknown);
    if (!whitening) return floatsOnly("its images are whitened, and the whitening matrix was left out");
    const triangle = lowerTriangle(zcaMatrix, values);
    if (!triangle) return floatsOnly(unknown);
    const tensors = new Map([
      ["gcnScale", floats(gcnScale)],
      ["zcaMean", floats(zcaMean)],
      ["zcaMatrix", floats(triangle)],
    ]);
    return { header: { preprocessing: "gcn-zca", ...picture }, tensors };
  }
  const isMean = mean?.length === channels || mean?.length === values;
  if (!mean || !isMean || deviation?.length !== channels || gcnScale || zcaMean || zcaMatrix) return floatsOnly(unknown);
  const tensors = new Map([
    ["mean", mean.length === channels ? floats(mean) : floats(mean, height, width, channels)],
    ["deviation", floats(deviation)],
  ]);
  return { header: { preprocessing: "standardize", ...picture }, tensors };
}

/** A symmetric matrix's rows up to the diagonal; undefined if it is not one. */
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
