import type { Shape } from "../graph.ts";
import { floatsOf } from "../read-safetensors.ts";
import { flipsAt, tensorOf, type CompileContext } from "../compile-context.ts";
import type { PlaneKernels } from "../signatures/planes.ts";

/** The context for compiling nodes with codes into steps. */
export interface PlaneContext extends CompileContext {
  readonly own: PlaneKernels;
}

/** Codes of floats: the number of the channel's thresholds that each value reaches. */
export function levelsOf(
  node: { readonly thresholds?: string; readonly flips?: string },
  y: Shape,
  workshop: PlaneContext,
): (from: number, to: number) => void {
  const { own, plan } = workshop;
  const { channels, planes = 1 } = y;
  const groups = Math.ceil(channels / 4);
  const levels = 2 ** planes - 1;
  const thresholds = plan.constant(16 * levels * groups, () => {
    const given = floatsOf(tensorOf(node.thresholds ?? "", workshop));
    const packed = new Float32Array(4 * levels * groups).fill(Number.NaN); // beyond the last channel none is ever reached
    for (let level = 0; level < levels; level++)
      for (let channel = 0; channel < channels; channel++)
        packed[((channel >> 2) * levels + level) * 4 + (channel & 3)] = given[level * channels + channel] as number;
    return packed;
  });
  const flips = flipsAt(node.flips, y, workshop);
  const pixels = y.height * y.width;
  const planeBytes = planeBytesOf(y);
  return (from, to) => own.quantize(from, pixels, channels, planes, thresholds, flips, to, planeBytes);
}

/** Distance from one plane to the next. */
export function planeBytesOf({ height, width, channels }: Shape): number {
  return height * width * Math.ceil(channels / 64) * 8;
}
