import labels from "../photos.json" with { type: "json" };
import type { Photos } from "./train-protocol.ts";

const SIDE = 32;
const SIZE = SIDE * SIDE * 3;

/**
 * Loads the photographs of the page from the one picture that contains all of them in rows.
 * @throws Error if it cannot be loaded
 */
export async function loadPhotos(address: string): Promise<Photos> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The photographs cannot be loaded: the server answers ${response.status}.`);
  const bitmap = await createImageBitmap(await response.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser cannot draw.");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height);
  const across = width / SIDE;
  const read = (first: number, classes: readonly number[]): { pixels: Uint8Array; labels: Int32Array } => {
    const pixels = new Uint8Array(classes.length * SIZE);
    for (let row = 0; row < classes.length; row++) {
      const [top, left] = [Math.floor((first + row) / across) * SIDE, ((first + row) % across) * SIDE];
      for (let y = 0; y < SIDE; y++) {
        for (let x = 0; x < SIDE; x++) {
          const from = 4 * ((top + y) * width + left + x);
          pixels.set(data.subarray(from, from + 3), row * SIZE + 3 * (y * SIDE + x));
        }
      }
    }
    return { pixels, labels: Int32Array.from(classes) };
  };
  return { classes: labels.classes, train: read(0, labels.train), test: read(labels.train.length, labels.test) };
}
