import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { FIXTURES } from "../../test/sets.ts";
import { decodePicture } from "./decode-picture.ts";
import { DRAWS, type Recipe } from "./recipe.ts";
import { valueWriter } from "./write-values.ts";

const plain: Recipe = {
  size: 32,
  resize: 40,
  fit: "short-side",
  augment: "none",
  flip: false,
  minArea: 0.08,
  channels: "rgb",
  mean: new Float32Array(3),
  deviation: Float32Array.of(1, 1, 1),
};

async function decode(bytes: Uint8Array, recipe: Recipe = plain, draws?: Float64Array): Promise<Float32Array> {
  const into = new Float32Array(3 * recipe.size ** 2 + 5).fill(-7);
  await decodePicture({ bytes, form: "file" }, recipe, valueWriter(recipe), { draws, into, at: 5 });
  expect(into.subarray(0, 5)).toEqual(new Float32Array(5).fill(-7));
  return into.slice(5);
}

const special = (name: string): Buffer => readFileSync(join(FIXTURES, "special", name));
const distance = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
const greyOf = (image: Float32Array): Float32Array =>
  image.map((_, at) => {
    const from = at - (at % 3);
    return 0.299 * image[from]! + 0.587 * image[from + 1]! + 0.114 * image[from + 2]!;
  });

test("what is transparent is white, as a packed model takes it, in every form of one photograph", async () => {
  const reference = await decode(special("plain.jpg"));
  const behind = (image: Float32Array): Float32Array => image.map((value) => (128 * value + 127 * 255) / 255);
  const half = sharp(special("plain.jpg")).ensureAlpha(0.5);
  const forms: Readonly<Record<string, Buffer>> = {
    "alpha.png": special("alpha.png"),
    webp: await half.clone().webp({ lossless: true }).toBuffer(),
    "16 bits": await half.clone().toColourspace("rgb16").png().toBuffer(),
  };
  for (const [name, bytes] of Object.entries(forms)) expect(distance(await decode(bytes), behind(reference)), name).toBeLessThanOrEqual(2);
  const grey = await half.clone().toColourspace("b-w").png().toBuffer();
  expect(distance(await decode(grey), behind(greyOf(reference)))).toBeLessThan(6);
});

test("every form of one photograph gives nearly the same values", async () => {
  const reference = await decode(special("plain.jpg"));
  const limits: Record<string, number> = {
    "plain.jpg": 0,
    "16-bit.png": 3,
    "exif-2.jpg": 3,
    "exif-6.jpg": 3,
    "cmyk.jpg": 12, // is converted to CMYK inks and back
  };
  for (const [name, limit] of Object.entries(limits)) {
    expect(distance(await decode(special(name)), reference), name).toBeLessThanOrEqual(limit);
  }
  for (const name of ["grey.jpg", "grey-16-bit.png"]) {
    const image = await decode(special(name));
    for (let at = 0; at < image.length; at += 3) expect([image[at + 1], image[at + 2]]).toEqual([image[at], image[at]]);
    expect(distance(image, greyOf(reference)), name).toBeLessThan(6);
  }
  expect(Object.keys(limits).length + 3).toBe(readdirSync(join(FIXTURES, "special")).length);
  // The bounds are meaningful: the mirrored picture is far from the original.
  const flipped = await decode(special("plain.jpg"), { ...plain, flip: true }, new Float64Array(DRAWS));
  expect(distance(flipped, reference)).toBeGreaterThan(20);
});

test("random crops and mirrors of an EXIF-turned picture are those of the upright one", async () => {
  const draws = Float64Array.from({ length: DRAWS }, (_, i) => [0.5, 0.3, 0.8][i % 3]!);
  for (const augment of ["crop", "resized-crop"] as const) {
    const recipe = { ...plain, augment, flip: true };
    expect(distance(await decode(special("exif-6.jpg"), recipe, draws), await decode(special("plain.jpg"), recipe, draws))).toBeLessThan(3);
  }
});

test("a resize is the mean of the pixels it draws together, and keeps places", async () => {
  // Four plain-colour areas, 80×80: at a quarter of the size each is 10×10 and uniform except at its edges.
  const colours = [
    [200, 20, 30],
    [10, 180, 60],
    [90, 90, 250],
    [240, 230, 20],
  ] as const;
  const pixels = Uint8Array.from({ length: 80 * 80 * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % 80, Math.floor(at / 240)];
    return colours[(x < 40 ? 0 : 1) + (y < 40 ? 0 : 2)]![at % 3]!;
  });
  const png = await sharp(pixels, { raw: { width: 80, height: 80, channels: 3 } })
    .png()
    .toBuffer();
  const image = await decode(png, { ...plain, size: 16, resize: 20 });
  for (const [x, y, colour] of [
    [2, 2, 0],
    [13, 2, 1],
    [2, 13, 2],
    [13, 13, 3],
  ] as const) {
    expect([...image.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3)]).toEqual([...colours[colour]]);
  }
});

test("squash takes all of a wide picture, short-side its middle", async () => {
  const pixels = Uint8Array.from({ length: 120 * 40 * 3 }, (_, at) => 2 * (Math.floor(at / 3) % 120));
  const png = await sharp(pixels, { raw: { width: 120, height: 40, channels: 3 } })
    .png()
    .toBuffer();
  const row = async (fit: Recipe["fit"]) => (await decode(png, { ...plain, fit })).slice(0, 96);
  const [squashed, middle] = [await row("squash"), await row("short-side")];
  expect(squashed[0]).toBeCloseTo(2 * 13, -1);
  expect(squashed[93]! - squashed[0]!).toBeCloseTo(2 * 93, -1);
  expect(middle[0]).toBe(2 * 44);
  expect(middle[93]! - middle[0]!).toBe(62);
});

test("a broken picture says why", async () => {
  for (const name of ["cut.jpg", "text.jpg", "empty.jpg"])
    await expect(decode(readFileSync(join(FIXTURES, "broken", name))), name).rejects.toThrow();
  await expect(decode(new Uint8Array())).rejects.toThrow("it is empty");
});
