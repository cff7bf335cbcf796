/** Longer sides are shrunk first: a model uses few pixels, and a photograph has millions. */
const MOST = 256;

/** Reads the pixels of anything that can be drawn. */
export function pixelsOf(source: CanvasImageSource, width: number, height: number): ImageData {
  const scale = Math.min(1, MOST / Math.min(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser cannot draw");
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Draws the centre of the picture as the networks receive it: [rows, columns]. */
export function drawMiddle(
  { data, width, height }: ImageData,
  [rows, columns]: readonly [number, number, number],
  canvas: HTMLCanvasElement,
): void {
  const scale = Math.min(width / columns, height / rows);
  const source = new OffscreenCanvas(width, height);
  source.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  const [cutWidth, cutHeight] = [columns * scale, rows * scale];
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.imageSmoothingQuality = "high";
  context.drawImage(source, (width - cutWidth) / 2, (height - cutHeight) / 2, cutWidth, cutHeight, 0, 0, columns, rows);
}
