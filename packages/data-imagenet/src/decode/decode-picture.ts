import { type OpenedPicture, openPicture, pictureLibrary } from "@benn/data-kit/thread";
import type { Sharp } from "sharp";
import { readDatum } from "../lmdb/datum.ts";
import { centre, randomResizedCrop, randomWindow, type Region, shortSide } from "./crop.ts";
import type { Recipe } from "./recipe.ts";
import type { WriteValues } from "./write-values.ts";

/**
 * Decodes a picture, crops, resizes and mirrors it by the recipe, and writes its values.
 * @param bytes of a picture file or a Datum, by `form`
 * @param draws [DRAWS] uniform in [0, 1): random crop; undefined: centre crop
 * @param at index in `into` where the values [size, size, 3] begin
 * @throws Error that says what is wrong with the picture
 */
export async function decodePicture(
  { bytes, form }: { readonly bytes: Uint8Array; readonly form: "file" | "datum" },
  recipe: Recipe,
  write: WriteValues,
  { draws, into, at }: { readonly draws: Float64Array | undefined; readonly into: Float32Array; readonly at: number },
): Promise<void> {
  if (bytes.length === 0) throw new Error("it is empty");
  const opened = form === "datum" ? await openDatum(bytes) : await openPicture(bytes);
  const { width, height } = opened;
  const side = { width: recipe.size, height: recipe.size };
  const mirrored = draws !== undefined && recipe.flip && draws[draws.length - 1]! < 0.5;
  let window: Region;
  let pixels: Uint8Array;
  if (draws && recipe.augment === "resized-crop") {
    window = randomResizedCrop(width, height, recipe.minArea, draws);
    pixels =
      opened.pixels && window.width === side.width && window.height === side.height
        ? cut(opened.pixels, width, window)
        : await bytesOf((await opened.pipeline()).extract(window).resize({ ...side, fit: "fill", kernel: "linear" }));
  } else {
    const scaled = recipe.fit === "squash" ? { width: recipe.resize, height: recipe.resize } : shortSide(width, height, recipe.resize);
    if (recipe.mean.length > 3 && scaled.width !== scaled.height) {
      throw new Error(`it is ${width}×${height}, but a mean image needs square pictures; set dataset.fit=squash`);
    }
    window =
      draws && recipe.augment === "crop"
        ? randomWindow(scaled.width, scaled.height, side, draws)
        : centre(scaled.width, scaled.height, side);
    pixels =
      opened.pixels && scaled.width === width && scaled.height === height
        ? cut(opened.pixels, width, window)
        : await bytesOf(
            (await opened.pipeline()).resize({ ...scaled, fit: "fill", kernel: "linear", fastShrinkOnLoad: false }).extract(window),
          );
  }
  if (pixels.length !== 3 * recipe.size ** 2) throw new Error(`it gave ${pixels.length} bytes`);
  write(pixels, { window, mirrored, into, at });
}

/** Bytes red, green, blue for any picture: grey, CMYK, 16 bits, or transparent, which becomes white, as in a packed model. */
const bytesOf = (pipeline: Sharp): Promise<Uint8Array> =>
  pipeline.flatten({ background: "white" }).toColourspace("srgb").raw({ depth: "uchar" }).toBuffer();

async function openDatum(message: Uint8Array): Promise<OpenedPicture> {
  const { channels, height, width, encoded, start, end } = readDatum(message, message.length, (from) => message.subarray(from));
  const data = message.subarray(start, end);
  if (encoded) return openPicture(data);
  const plane = width * height;
  const pixels = new Uint8Array(3 * plane);
  // Planes blue, green, red, or a single grey one.
  const [red, green] = channels === 3 ? [2 * plane, plane] : [0, 0];
  for (let at = 0; at < plane; at++) {
    pixels[3 * at] = data[red + at]!;
    pixels[3 * at + 1] = data[green + at]!;
    pixels[3 * at + 2] = data[at]!;
  }
  return { width, height, pixels, pipeline: async () => (await pictureLibrary())(pixels, { raw: { width, height, channels: 3 } }) };
}

/** A window of a picture [height, width, 3]. */
function cut(pixels: Uint8Array, width: number, { left, top, width: w, height: h }: Region): Uint8Array {
  const part = new Uint8Array(3 * w * h);
  for (let y = 0; y < h; y++) {
    const from = 3 * ((top + y) * width + left);
    part.set(pixels.subarray(from, from + 3 * w), 3 * y * w);
  }
  return part;
}
