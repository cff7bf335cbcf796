import { UserError } from "./user-error.ts";

/** One step on the way from a picture's bytes to the floats that a network gets. Float constants are float32. */
export type PreprocessingOperation =
  /** Scales a picture to [height, width], whatever its proportions. */
  | { readonly operation: "resize"; readonly size: readonly [height: number, width: number] }
  /** Scales a picture, its proportions kept, until its shorter side has so many pixels. */
  | { readonly operation: "resizeShorterSide"; readonly side: number }
  /** Cuts [height, width] out of the middle. */
  | { readonly operation: "centerCrop"; readonly size: readonly [height: number, width: number] }
  /** Red, green, blue becomes blue, green, red. Constants that follow are in that order too. */
  | { readonly operation: "reverseChannels" }
  /**
   * (x − mean) / deviation, in float64 and rounded to float32 once. Mean [channels] or [height, width, channels]; deviation
   * [channels], above 0.
   */
  | { readonly operation: "standardize"; readonly mean: Float32Array; readonly deviation: Float32Array }
  /**
   * Global contrast normalisation: an image less its own mean, brought to the norm `scale`; one of a single value becomes
   * zeros. In float64, each result rounded to float32 once.
   * @see I. Goodfellow et al., "Maxout Networks", ICML 2013, section 5.2
   */
  | { readonly operation: "contrastNormalize"; readonly scale: number }
  /**
   * matrix · (x − mean), float32 in every operation. Mean [n] and matrix [n, n], symmetric, n = height·width·channels of
   * [height, width, channels].
   * @see A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, appendix A
   */
  | { readonly operation: "whiten"; readonly mean: Float32Array; readonly matrix: Float32Array }
  /** A plugin's own. `lower` returns others that compute the same; without it no packed model can do it. */
  | { readonly operation: "custom"; readonly name: string; lower?(): readonly PreprocessingOperation[] };

/** In the order in which they are done, to the bytes [height, width, 3] of a picture (0 to 255; red, green, blue). */
export type Preprocessing = readonly PreprocessingOperation[];

/**
 * The operations with each custom one replaced by what it lowers to; one without `lower` stays.
 * @throws UserError for what is no list, as datasets returned before they listed operations
 */
export function lowerPreprocessing(preprocessing: Preprocessing): Preprocessing {
  if (!Array.isArray(preprocessing)) {
    throw new UserError(
      `dataset: preprocessing is ${JSON.stringify(Object.keys(preprocessing))} by name, not a list of operations. ` +
        'Return a list, for example [{ operation: "standardize", mean, deviation }], or [] for images that are prepared already.',
    );
  }
  return preprocessing.flatMap((operation) =>
    operation.operation === "custom" && operation.lower ? lowerPreprocessing(operation.lower()) : [operation],
  );
}
