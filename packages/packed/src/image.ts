import { type Drawable, drawnPixels } from "./drawn-pixels.ts";
import { PackedError } from "./packed-error.ts";
import type { Picture } from "./picture.ts";
import type { CheckedModel } from "./read-model.ts";
import { resize } from "./resize.ts";

/**
 * What a model takes: a picture of any size, which is cropped to the model's aspect ratio and resized; the exact bytes
 * [height, width, channels], red first; or floats of that shape, preprocessed as in training. In browsers also
 * anything that a canvas can draw.
 */
export type ImageInput = Picture | Drawable | Uint8Array | Uint8ClampedArray | Float32Array;

/** The bytes or floats of one image, in the model's shape. */
export function imageValues(
  image: ImageInput,
  { shape, preprocessing, picture }: Pick<CheckedModel, "shape" | "preprocessing" | "picture">,
): Uint8Array | Uint8ClampedArray | Float32Array {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const values = ArrayBuffer.isView(image)
    ? image
    : resize(checkPicture(isDrawable(image) ? drawnPixels(image) : image, channels), shape, picture);
  if (!(values instanceof Float32Array) && preprocessing === "none")
    throw new PackedError(
      "predict: this model was trained on arrays that are no pictures; it takes a Float32Array preprocessed as those were.",
    );
  if (values.length !== size) {
    throw new PackedError(
      `predict: expected ${size} values [${shape.join(", ")}], got ${values.length}. Give one image at a time or an array of images, or a picture with width and height, which is resized.`,
    );
  }
  return values instanceof Float32Array || picture.channelOrder !== "bgr" ? values : values.map((_, i) => values[i + 2 - 2 * (i % 3)] ?? 0);
}

function isDrawable(image: Picture | Drawable): image is Drawable {
  return typeof OffscreenCanvas !== "undefined" && typeof image === "object" && image && !("data" in image);
}

function checkPicture(picture: Picture | Drawable | undefined, wanted: number): Picture {
  const { width, height, data } = (picture ?? {}) as Picture;
  const isSide = (n: unknown): boolean => typeof n === "number" && Number.isInteger(n) && n >= 1;
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray) || !isSide(width) || !isSide(height))
    throw new PackedError("predict: expected a picture { width, height, data } with bytes as data, bytes, or a Float32Array.");
  const channels = data.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new PackedError(`predict: a picture of ${width}×${height} has ${data.length} bytes. Give 1, 3 or 4 bytes a pixel.`);
  if (wanted !== 1 && wanted !== 3)
    throw new PackedError(`predict: this model's images have ${wanted} channels, a picture cannot. Give the bytes.`);
  return picture as Picture;
}
