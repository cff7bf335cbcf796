import { UserError } from "./user-error.ts";

/** One step from the bytes of a picture to the floats of a network's input. Float constants are float32. */
export type PreprocessingOperation =
  /** Scales a picture to [height, width], regardless of its aspect ratio. */
  | { readonly operation: "resize"; readonly size: readonly [height: number, width: number] }
  /** Scales a picture with its aspect ratio until its shorter side has `side` pixels. */
  | { readonly operation: "resizeShorterSide"; readonly side: number }
  /** Crops [height, width] from the centre. */
  | { readonly operation: "centerCrop"; readonly size: readonly [height: number, width: number] }
  /** Red, green, blue becomes blue, green, red. Later constants are in that order too. */
  | { readonly operation: "reverseChannels" }
  /**
   * (x − mean) / deviation, in float64 and rounded to float32 once. Mean [channels] or [height, width, channels]; deviation [channels],
   * above 0.
   */
  | { readonly operation: "standardize"; readonly mean: Float32Array; readonly deviation: Float32Array }
  /**
   * Global contrast normalization: an image minus its own mean, scaled to the norm `scale`; an image of a single value becomes zeros. In
   * float64, each result rounded to float32 once.
   * @see I. Goodfellow et al., "Maxout Networks", ICML 2013, section 5.2
   */
  | { readonly operation: "contrastNormalize"; readonly scale: number }
  /**
   * matrix · (x − mean), each operation in float32. Mean [n] and symmetric matrix [n, n], with n = height·width·channels of
   * [height, width, channels].
   * @see A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, appendix A
   */
  | { readonly operation: "whiten"; readonly mean: Float32Array; readonly matrix: Float32Array }
  /** An operation of a plugin. `lower` returns built-in operations that compute the same; without it, packed models cannot perform it. */
  | { readonly operation: "custom"; readonly name: string; lower?(): readonly PreprocessingOperation[] };

/** Operations in the order in which they are applied to the bytes [height, width, 3] of a picture (0 to 255; red, green, blue). */
export type Preprocessing = readonly PreprocessingOperation[];

/**
 * Replaces each custom operation by what it lowers to; one without `lower` stays.
 * @throws UserError for anything but a list: datasets of earlier versions returned none
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
