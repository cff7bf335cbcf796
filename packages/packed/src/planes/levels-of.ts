import type { Shape } from "../graph.ts";
import { floatsOf } from "../read-safetensors.ts";
import { flipsAt, tensorOf, type Workshop } from "../workshop.ts";
import type { PlaneKernels } from "./plane-kernels.ts";

/** What nodes with codes are made into steps with. */
export interface PlaneWorkshop extends Workshop {
  readonly own: PlaneKernels;
}

/** Codes of floats: how many thresholds of the channel each reaches. */
export function levelsOf(
  node: { readonly thresholds?: string; readonly flips?: string },
  y: Shape,
  workshop: PlaneWorkshop,
): (from: number, to: number) => void {
  const { own, plan } = workshop;
  const { channels, planes = 1 } = y;
  const padded = Math.ceil(channels / 4) * 4;
  const levels = 2 ** planes - 1;
  const thresholds = plan.constant(4 * levels * padded, () => {
    const given = floatsOf(tensorOf(node.thresholds ?? "", workshop));
    // Rising in each channel, so that they can be bisected; beyond the last channel none is ever reached.
    const sorted = new Float32Array(levels * padded).fill(Number.NaN);
    for (let channel = 0; channel < channels; channel++) {
      const rising = Float32Array.from({ length: levels }, (_, level) => given[level * channels + channel] as number).toSorted();
      for (const [level, value] of rising.entries()) sorted[level * padded + channel] = value;
    }
    return sorted;
  });
  const flips = flipsAt(node.flips, y, workshop);
  const pixels = y.height * y.width;
  const planeBytes = planeBytesOf(y);
  return (from, to) => own.quantize(from, pixels, channels, planes, thresholds, 4 * padded, flips, to, planeBytes);
}

/** From a plane to the next. */
export function planeBytesOf({ height, width, channels }: Shape): number {
  return height * width * Math.ceil(channels / 64) * 8;
}
