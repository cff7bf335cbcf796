import { PackedError } from "./packed-error.ts";
import type { Picture } from "./picture.ts";

/** What a canvas can draw: an `ImageBitmap`, `VideoFrame`, `<img>`, `<canvas>`, `OffscreenCanvas` or `<video>`. */
export type Drawable =
  | { readonly width: number; readonly height: number; readonly data?: undefined }
  | { readonly displayWidth: number; readonly displayHeight: number };

interface Sizes {
  readonly displayWidth?: number;
  readonly displayHeight?: number;
  readonly naturalWidth?: number;
  readonly naturalHeight?: number;
  readonly videoWidth?: number;
  readonly videoHeight?: number;
  readonly width?: number;
  readonly height?: number;
}

/** Its pixels, in its own size, wherever the page shows it smaller. */
export function drawnPixels(source: Drawable): Picture {
  const sizes: Sizes = source;
  const width = sizes.displayWidth ?? sizes.naturalWidth ?? sizes.videoWidth ?? sizes.width;
  const height = sizes.displayHeight ?? sizes.naturalHeight ?? sizes.videoHeight ?? sizes.height;
  if (!width || !height) throw new PackedError("predict: the picture has no pixels. Wait until it is loaded: await image.decode().");
  const context = new OffscreenCanvas(width, height).getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.drawImage(source as unknown as CanvasImageSource, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
