import type { ModelHeader } from "./graph.ts";
import { floatsOf, isCount, type Tensor } from "./read-safetensors.ts";

/** The preprocessing from an image's bytes to floats, as stored in a file. */
export type Preparation =
  | { readonly kind: "none" }
  /** [channels][256]: the float of each byte. */
  | { readonly kind: "table"; readonly table: Float32Array }
  /** [height, width, channels] and [channels]. */
  | { readonly kind: "meanImage"; readonly mean: Float32Array; readonly deviation: Float32Array }
  /** Mean [values]; matrix F32 [values·(values + 1) / 2], row by row up to the diagonal. */
  | { readonly kind: "gcn-zca"; readonly scale: number; readonly mean: Float32Array; readonly matrix: Tensor };

/** How a picture becomes bytes of the model's shape: see `ModelHeader`. */
export type PictureRule = Pick<ModelHeader, "resize" | "squash" | "channelOrder">;

/**
 * Checks a file's description of the preprocessing.
 * @throws through `fail`
 */
export function readPreparation(
  { preprocessing, resize, squash, channelOrder }: Readonly<Record<string, unknown>>,
  [height, width, channels]: ModelHeader["shape"],
  tensors: ReadonlyMap<string, Tensor>,
  fail: (what: string) => never,
): { readonly preparation: Preparation; readonly picture: PictureRule } {
  const values = height * width * channels;
  const floats = (name: string, ...shapes: readonly (readonly number[])[]): Float32Array => {
    const tensor = tensors.get(name);
    const isOne = shapes.some((shape) => shape.length === tensor?.shape.length && shape.every((n, axis) => n === tensor.shape[axis]));
    if (tensor?.dtype !== "F32" || !isOne) return fail(`has no ${name} F32 ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" or ")}`);
    const own = floatsOf(tensor);
    return own.every(Number.isFinite) ? own : fail(`has a ${name} that is not finite`);
  };
  if (channelOrder !== undefined && (channelOrder !== "bgr" || channels !== 3)) return fail("has an unknown order of channels");
  if (squash !== undefined && squash !== true) return fail("has a squash other than true");
  if (resize !== undefined && !isCount(resize, Math.max(height, width), 16_384)) return fail("has no usable resize");
  if (squash !== undefined && resize === undefined) return fail("has a squash without a resize");
  const picture: PictureRule = {
    ...(resize === undefined ? {} : { resize }),
    ...(squash === undefined ? {} : { squash }),
    ...(channelOrder === undefined ? {} : { channelOrder }),
  };
  switch (preprocessing) {
    case "none":
      return { preparation: { kind: "none" }, picture };
    case "standardize": {
      const mean = floats("mean", [channels], [height, width, channels]);
      const deviation = floats("deviation", [channels]);
      if (deviation.some((value) => !(value > 0))) return fail("has a deviation that is not above 0");
      if (mean.length !== channels) return { preparation: { kind: "meanImage", mean, deviation }, picture };
      return { preparation: { kind: "table", table: standardizeTable(mean, deviation) }, picture };
    }
    case "gcn-zca": {
      const [scale = 0] = floats("gcnScale", [1]);
      const mean = floats("zcaMean", [values]);
      const matrix = tensors.get("zcaMatrix");
      const size = (values * (values + 1)) / 2;
      if (matrix?.dtype !== "F32" || matrix.shape.length !== 1 || matrix.shape[0] !== size) return fail(`has no zcaMatrix F32 [${size}]`);
      return { preparation: { kind: "gcn-zca", scale, mean, matrix }, picture };
    }
    default:
      return fail("has an unknown preprocessing");
  }
}

/** float32((byte − mean) / deviation), computed in float64 and rounded once. */
function standardizeTable(mean: Float32Array, deviation: Float32Array): Float32Array {
  return Float32Array.from({ length: mean.length * 256 }, (_, i) => ((i & 255) - (mean[i >> 8] as number)) / (deviation[i >> 8] as number));
}
