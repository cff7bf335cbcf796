import type { Noise } from "@benn/analysis";
import { UserError } from "@benn/core";

const SHARE = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/;
const DEVIATION = /^(\d+(?:\.\d+)?|\.\d+)(px)?$/;

/**
 * Levels of a kind of noise on the command line: `1%,0.05` of bits, `0.1,0.2` deviations or `8px,16px` of images; `none` for none.
 * @throws UserError
 */
export function parseNoise(kind: Noise["kind"], text: string): Noise[] {
  if (text.trim() === "none") return [];
  return text.split(",").map((word) => (kind === "images" ? imageNoise(word.trim()) : bitNoise(kind, word.trim())));
}

function bitNoise(kind: "weights" | "activations", word: string): Noise {
  const [, digits, percent] = SHARE.exec(word) ?? [];
  const level = digits === undefined ? Number.NaN : Number(digits) / (percent === "%" ? 100 : 1);
  if (!(level > 0 && level <= 1))
    throw new UserError(`--${kind}: expected shares of bits above 0 and at most 1, like 1%,0.05, or none; got ${JSON.stringify(word)}.`);
  return { kind, level, unit: "share" };
}

function imageNoise(word: string): Noise {
  const [, digits, pixels] = DEVIATION.exec(word) ?? [];
  const level = Number(digits ?? Number.NaN);
  if (!(level > 0))
    throw new UserError(
      `--images: expected deviations above 0 of the picture as the network gets it, like 0.1,0.2, or of its pixels, like 8px, or none; got ${JSON.stringify(word)}.`,
    );
  return { kind: "images", level, unit: pixels === undefined ? "deviations" : "pixels" };
}

/** `weights 1 %`, `images σ 0.2`, `images σ 8 px`. */
export function noiseText({ kind, level, unit }: Noise): string {
  const number = (value: number): string => String(Number(value.toPrecision(3)));
  if (unit === "share") return `${kind} ${number(100 * level)} %`;
  return `${kind} σ ${number(level)}${unit === "pixels" ? " px" : ""}`;
}

/** The noise in words: `2 % of the bits of weights flipped`. */
export function noiseWords(noise: Noise): string {
  const { kind, level, unit } = noise;
  const number = (value: number): string => String(Number(value.toPrecision(3)));
  if (unit === "share") return `${number(100 * level)} % of the bits of ${kind} flipped`;
  return `noise of ${number(level)} ${unit === "pixels" ? "pixel values" : "standard deviations"} on images`;
}
