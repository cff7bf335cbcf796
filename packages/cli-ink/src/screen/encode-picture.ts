import type { PlacedPicture } from "./line.ts";
import { encodePng } from "./encode-png.ts";
import type { TerminalPictures } from "./looks.ts";

const ESC = "\u001B";
/** Maximum length of a chunk in kitty's protocol, in characters. */
const KITTY_CHUNK = 4096;
/** No terminal supports more. */
const SIXEL_COLORS = 256;

/**
 * The sequence that draws a picture over its cells, from the cursor on. The final position of the cursor is unspecified.
 * @param id of the picture on the screen, from 1
 */
export async function encodePicture(picture: PlacedPicture, { protocol, cell }: TerminalPictures, id: number): Promise<string> {
  const { columns, rows, width, height, rgb } = picture;
  if (protocol === "kitty") {
    const data = Buffer.from(rgb).toString("base64");
    const chunks = data.match(new RegExp(`.{1,${KITTY_CHUNK}}`, "g")) ?? [];
    const keys = `a=T,f=24,s=${width},v=${height},c=${columns},r=${rows},i=${id},p=1,C=1,q=2`;
    return chunks.map((chunk, i) => `${ESC}_G${i === 0 ? `${keys},` : "q=2,"}m=${i + 1 < chunks.length ? 1 : 0};${chunk}${ESC}\\`).join("");
  }
  if (protocol === "iterm2") {
    const png = encodePng(rgb, width, height);
    const keys = `inline=1;size=${png.length};width=${columns};height=${rows};preserveAspectRatio=0;doNotMoveCursor=1`;
    return `${ESC}]1337;File=${keys}:${png.toString("base64")}\u0007`;
  }
  const { FINALIZER, image2sixel, introducer, sixelEncode } = await import("sixel");
  const size = { width: Math.floor(columns * cell.width), height: Math.floor(rows * cell.height) };
  const pixels = enlarged(picture, size);
  const colors = [
    ...new Set(Array.from({ length: width * height }, (_, i) => (rgb[3 * i]! << 16) | (rgb[3 * i + 1]! << 8) | rgb[3 * i + 2]!)),
  ];
  if (colors.length > SIXEL_COLORS) return image2sixel(pixels, size.width, size.height, SIXEL_COLORS, 1);
  const palette = colors.map((color): [number, number, number] => [color >> 16, (color >> 8) & 255, color & 255]);
  return `${introducer(1)}${sixelEncode(pixels, size.width, size.height, palette)}${FINALIZER}`;
}

/** The sequence that removes all pictures of a protocol that text does not overwrite. */
export function clearPictures({ protocol }: TerminalPictures): string {
  return protocol === "kitty" ? `${ESC}_Ga=d,d=A,q=2${ESC}\\` : "";
}

/** Each pixel as a block of opaque pixels: nothing is blurred. */
function enlarged({ width, height, rgb }: PlacedPicture, to: { readonly width: number; readonly height: number }): Uint8Array {
  const pixels = new Uint8Array(4 * to.width * to.height);
  for (let y = 0, at = 0; y < to.height; y++) {
    const row = Math.floor((y * height) / to.height) * width;
    for (let x = 0; x < to.width; x++, at += 4) {
      const from = 3 * (row + Math.floor((x * width) / to.width));
      pixels.set([rgb[from] ?? 0, rgb[from + 1] ?? 0, rgb[from + 2] ?? 0, 255], at);
    }
  }
  return pixels;
}
